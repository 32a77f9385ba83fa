# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of vmcore-dmesg(8) for fish; the core is a file's name, which fish completes by itself.

complete -c vmcore-dmesg -s h -l help -d 'print a short description'
complete -c vmcore-dmesg -s V -l version -d 'print the version'
