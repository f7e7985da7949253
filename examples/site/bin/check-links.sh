#!/bin/sh
# Reports local links of this site that lead nowhere. Run it in the site's directory.
set -eu
find . -name '*.html' | while IFS= read -r page; do
    grep -o '\(href\|src\)="[^"#]*"' "$page" | cut -d'"' -f2 | while IFS= read -r link; do
        case $link in
        *:* ) continue ;;
        /*) target=.$link ;;
        *) target=${page%/*}/$link ;;
        esac
        [ -e "$target" ] || printf '%s: %s\n' "$page" "$link"
    done
done
