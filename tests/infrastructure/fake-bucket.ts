/**
 * A bucket that is a directory, and a `gcloud` that does there what the backup's scripts ask of it.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDirectories, volumeAt } from "../../scripts/local/volume.ts";
import { fakeCluster } from "./chart-script.ts";

/** `at` becomes the directory of all buckets, of which there is `backups`. */
export function fakeBucket(at: string, faults = "") {
  const volume = join(at, "volume");
  makeDirectories(volumeAt(volume));
  mkdirSync(join(at, "backups"));
  writeFileSync(join(volume, "benches/main/sites/common_site_config.json"), "{}");
  const PATH = fakeCluster(at, "gcloud", `at=${at}\n${faults}\n${GCLOUD}`);
  fakeCluster(at, "date", 'echo "$NIGHT"');
  return {
    /** The databases' folder of the bucket. */
    databases: join(at, "backups", "databases"),
    volume,
    /** What the containers of a night's backup have. */
    on: (night: string, dump: string): Record<string, string> => ({
      PATH,
      NIGHT: night,
      BUCKET: "backups",
      DUMP: dump,
      VOLUME: volume,
    }),
  };
}

/** Fails, as the real one does, where nothing matches. */
const GCLOUD = String.raw`
local_of() { case $1 in gs://*) printf '%s' "$at/${"$"}{1#gs://}" ;; *) printf '%s' "$1" ;; esac; }
command=$2
shift 2
paths=() excluded='^$'
for one in "$@"; do
  case $one in
    --exclude=*) excluded=${"$"}{one#--exclude=} ;;
    --*) ;;
    *) paths+=("$one") ;;
  esac
done
to=$(local_of "${"$"}{paths[-1]}")
case $command in
  ls)
    [[ $to == *'/**' ]]
    # A star is one folder.
    find ${"$"}{to%/\*\*} -type f | sed "s#^$at/#gs://#" | grep .
    ;;
  cat) cat "$to" ;;
  cp)
    mkdir -p "$to"
    for one in "${"$"}{paths[@]:0:${"$"}{#paths[@]}-1}"; do cp "$(local_of "$one")" "$to"; done
    ;;
  rsync)
    from=$(local_of "${"$"}{paths[0]}")
    find "$from" -type f -printf '%P\n' | { grep --invert-match --extended-regexp -- "${"$"}{excluded//,/|}" || true; } |
      while IFS= read -r one; do install -D "$from/$one" "$to/$one"; done
    ;;
  *) exit 2 ;;
esac
`;
