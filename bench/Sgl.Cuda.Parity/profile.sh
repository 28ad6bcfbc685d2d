#!/usr/bin/env bash
# Times every kernel of one step with Nsight Compute and sums by kernel.   usage: profile.sh GO BATCH CONTEXT NEW
# GO is the folder that pack.sh made. Columns: launches, microseconds in all, bytes over that time, kernel.
set -euo pipefail
ncu --profile-from-start off --clock-control none --cache-control none --csv --page raw --print-units base \
  --metrics gpu__time_duration.sum,dram__bytes.sum bash "$1/go" Sgl.Cuda.Parity profile "$2" "$3" "$4" 2>/dev/null |
  python3 -c '
import csv, sys, collections
rows = list(csv.reader(line for line in sys.stdin if line.startswith("\"")))
head, units, rows = rows[0], rows[1], rows[2:]
name, time, dram = head.index("Kernel Name"), head.index("gpu__time_duration.sum"), head.index("dram__bytes.sum")
us = {"ns": 1e-3, "nanosecond": 1e-3, "us": 1, "ms": 1e3, "nsecond": 1e-3, "usecond": 1, "msecond": 1e3}[units[time]]
byte = {"byte": 1, "Kbyte": 1e3, "Mbyte": 1e6, "Gbyte": 1e9}[units[dram]]
total = collections.defaultdict(lambda: [0, 0.0, 0.0])
for row in rows:
    key = row[name][:70] + (" grid " + row[head.index("Grid Size")] if "matrix_vector" in row[name] else "")
    entry = total[key]
    entry[0] += 1
    entry[1] += float(row[time].replace(",", "")) * us
    entry[2] += float(row[dram].replace(",", "")) * byte
for key, (count, t, b) in sorted(total.items(), key=lambda item: -item[1][1]):
    print(f"{count:5} {t:10.1f} us {b / t / 1e6:6.2f} TB/s  {key}")
print("all", round(sum(t for _, t, _ in total.values()), 1), "us")'
