# SPDX-License-Identifier: GPL-2.0-only
# The rules of the house that a reader cannot see in one file: includes point down, no two rooms include each
# other, no collector's metric is named in userspace/, files stay readable.
#
#   awk -f scripts/check-tree.awk userspace/*/*.[chS]

BEGIN {
	floors = split("base metric describe load read collect expose webconfig serve app", names, " ")
	for (i = 1; i <= floors; i++)
		floor[names[i]] = i
	# What the floors of BPF show to those above them.
	split("describe/description load/attach load/experiments load/features load/object read/mapread", names, " ")
	for (i in names)
		open[names[i]] = 1
	longest = 450
}

function complain(text) {
	printf "%s:%d: %s\n", FILENAME, FNR, text > "/dev/stderr"
	bad = 1
}

# userspace/load/object.c -> load/object
function room_of(path) {
	sub(/^userspace\//, "", path)
	sub(/\.[a-z]+$/, "", path)
	return path
}

FNR == 1 {
	room = room_of(FILENAME)
	own = floor[substr(room, 1, index(room, "/") - 1)]
	if (!own)
		complain("this is on no floor")
}

FNR == longest + 1 { complain("longer than " longest " lines: which two rooms is it?") }

/(^|[^A-Za-z0-9_])node_[a-z]+_[a-z]/ { complain("names a metric; collectors describe themselves") }

/^#include "[^"]*\.h"/ {
	split($0, quoted, "\"")
	target = room_of(quoted[2])
	at = floor[substr(target, 1, index(target, "/") - 1)]
	if (!at)
		complain("includes \"" quoted[2] "\": write it as \"floor/room.h\"")
	if (at > own)
		complain("includes \"" quoted[2] "\" from a floor above")
	if (own > floor["read"] && at >= floor["describe"] && at <= floor["read"] && !(target in open))
		complain("includes \"" quoted[2] "\", which is inside of its floor")
	if (room ~ /^collect\/(registry|collector|selection)$/ && FILENAME ~ /h$/ && at >= floor["describe"] && at <= floor["read"])
		complain("includes \"" quoted[2] "\": expose/ would see BPF through it")
	if (target != room && (target, room) in includes)
		complain(room " and " target " include each other")
	includes[room, target] = 1
}

END { exit bad }
