"""What people are told in time: reminders, their own ones, and the digest."""
