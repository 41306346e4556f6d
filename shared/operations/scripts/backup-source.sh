# Which backup is read, and the way to read it.

require BACKUP_ID "$uuid"
require BACKUP_BUCKET '[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]'
require BACKUP_ENDPOINT 'https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?'
require BACKUP_KEY '[0-9a-f]{64}'

manifest=$scratch/manifest.json
in_bucket=$bucket_py$'\n'$backup_format_py$'\n'$compression_py

# restore COMMAND ARGUMENT…: of restore_parts.py.
restore() {
  python3 -I -S -c "$in_bucket"$'\n'"$restore_parts_py" "$@"
}
