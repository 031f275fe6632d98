#!/usr/bin/env bash
# What an agent learned at half of the MACs is worth at 0.4: top-1 of the best of 45 episodes, begun anew
# and from the saved agent, for each seed. Usage: transfer.sh ESPALIER [SEED …]
set -euo pipefail
espalier=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

search() {
  local output=$1
  shift
  nice -n 15 "$espalier" search glyphs-amc --data glyphs:,limit=250 --threads 1 --quiet --json \
    --set 'baselines=[]' --set validationImages=250 --set screeningImages=100 \
    --set calibrationImages=64 --set agent.warmupEpisodes=25 --output "$folder/$output" "$@" \
    | sed -E 's/.*"best":\{.*"validation":([0-9.]+)\},"episodes".*/\1/'
}

[ $# -gt 0 ] || set -- 1 2 3 4 5
for seed in "$@"; do
  search "source$seed" --seed "$seed" --episodes 70 --budget macs=0.5 > /dev/null
  anew=$(search "anew$seed" --seed $((seed + 10)) --episodes 45 --budget macs=0.4)
  from=$(search "from$seed" --seed $((seed + 10)) --episodes 45 --budget macs=0.4 \
    --agent-from "$folder/source$seed")
  echo "seed $seed: anew $anew, from the saved agent $from"
done
