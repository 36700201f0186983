#!/bin/sh
# A machine of Google's Free Tier with the bot on it, from the top of the checkout, with gcloud set up (docs/operations.md):
#   sh deploy/google-cloud.sh config.toml
set -eu
config=${1:-config.toml} zone=${2:-us-central1-a}
test -f "$config" || { echo "There is no $config yet: make init writes it" >&2; exit 1; }
there() { gcloud compute ssh tsudoi --zone="$zone" --command="$1"; }

gcloud compute instances create tsudoi --zone="$zone" --machine-type=e2-micro \
    --image-family=debian-13 --image-project=debian-cloud \
    --boot-disk-size=30GB --boot-disk-type=pd-standard --no-service-account --no-scopes
tries=0
until there true; do
    tries=$((tries + 1))
    test "$tries" -lt 30 || { echo "The machine takes no connection: look at it in Google's console" >&2; exit 1; }
    sleep 5
done
git archive --prefix=tsudoi/ HEAD | there 'tar x'
there 'umask 077; cat > tsudoi/config.toml' < "$config"
there 'cd tsudoi && sudo sh deploy/install.sh config.toml && rm config.toml'
echo "The bot runs there. What it says: gcloud compute ssh tsudoi --zone=$zone --command='journalctl --unit tsudoi --follow'"
