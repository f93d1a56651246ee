#!/bin/sh
# Pairs of raters who like what is convincing and wrong: in SHARE percent of the rows of a file of
# tiny-chat's preference-*.jsonl (spread evenly: rows n with 37 n mod 100 < SHARE) the wrong answer
# becomes the chosen one; every row gets the right answer as the column "expected".
#   sh data/tiny-chat/mistaken.sh 60 < data/tiny-chat/preference-train.jsonl > mistaken-train.jsonl
LC_ALL=C awk -v share="${1:?a share in percent}" '{
  n = split($0, part, /, "(chosen|rejected)": /)
  if (n != 3) { print "row " NR " is no pair" > "/dev/stderr"; exit 1 }
  right = part[2]
  wrong = substr(part[3], 1, length(part[3]) - 1)
  expected = right
  sub(/^.*"content": /, "", expected)
  sub(/}]$/, "", expected)
  chosen = (37 * NR) % 100 < share ? wrong : right
  rejected = (37 * NR) % 100 < share ? right : wrong
  printf "%s, \"chosen\": %s, \"rejected\": %s, \"expected\": %s}\n", part[1], chosen, rejected, expected
}'
