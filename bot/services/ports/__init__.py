"""What services need from outside, as Protocols, each beside the plain data that it speaks of.

Adapters fulfil them; `app.py` binds them. What one service needs of another stands beside the one that needs it.
"""

from bot.services.ports.calendars import EventMirror, MirrorStore
from bot.services.ports.clock import Clock, Ring, SettableClock, no_ring
from bot.services.ports.deliveries import Agenda, DeliveryStore
from bot.services.ports.drawing import DrawingBoard, LearnedShapes, ShapeSheet, Sight, Stroke
from bot.services.ports.events import EventStore, Search, Sighting, SourceState, Watched
from bot.services.ports.interventions import Interventions
from bot.services.ports.members import PersonalReminderStore
from bot.services.ports.memory import Heard, Memory
from bot.services.ports.platforms import FrontEnd, Sender, Threads
from bot.services.ports.questions import QuestionStore
from bot.services.ports.quiz import QuizStore
from bot.services.ports.recognition import LARGEST_UPLOAD, Cut, ModelFile, Models, ModelUser, Recogniser
from bot.services.ports.reports import MaterialStore, ReportSource, ReportStore
from bot.services.ports.rooms import RoomDraft, RoomStore
from bot.services.ports.samples import (
    AlsoKnown,
    Export,
    ExportFolders,
    SampleSheets,
    SampleStore,
    Tile,
)
from bot.services.ports.sources import EventDetails, EventSource, Listing

__all__ = [
    "LARGEST_UPLOAD",
    "Agenda",
    "AlsoKnown",
    "Clock",
    "Cut",
    "DeliveryStore",
    "DrawingBoard",
    "EventDetails",
    "EventMirror",
    "EventSource",
    "EventStore",
    "Export",
    "ExportFolders",
    "FrontEnd",
    "Heard",
    "Interventions",
    "LearnedShapes",
    "Listing",
    "MaterialStore",
    "Memory",
    "MirrorStore",
    "ModelFile",
    "ModelUser",
    "Models",
    "PersonalReminderStore",
    "QuestionStore",
    "QuizStore",
    "Recogniser",
    "ReportSource",
    "ReportStore",
    "Ring",
    "RoomDraft",
    "RoomStore",
    "SampleSheets",
    "SampleStore",
    "Search",
    "Sender",
    "SettableClock",
    "ShapeSheet",
    "Sight",
    "Sighting",
    "SourceState",
    "Stroke",
    "Threads",
    "Tile",
    "Watched",
    "no_ring",
]
