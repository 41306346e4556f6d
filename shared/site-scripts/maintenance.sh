# set_maintenance_mode on|off 1|0: switches it and looks whether it is switched.
set_maintenance_mode() {
  step set-maintenance-mode
  attempt bench --site "$SITE" set-maintenance-mode "$1"
  step verify
  [[ $(<"sites/$SITE/site_config.json") =~ \"maintenance_mode\":\ *$2 ]] ||
    fail "the maintenance mode of $SITE is not $1"
}
