#!/usr/bin/env python3
"""Ping-pong through a forwarder alone, with a bulk neighbour that goes past the forwarder, and with one through the same process; started by
bench-neighbour.sh.

Each round measures every candidate in all three ways, one right after the other, so that a ratio compares runs made next to each other. Cells are
medians over the rounds, with (min-max) for ratios: "/ alone" and "/ past it" say how much longer the slowest answers take beside a neighbour in the
same process. The second one leaves out what the neighbour's own ends cost where all share a few cores.
"""
import argparse, json, os, shutil, statistics, subprocess, sys, time
from compare import HERE, Forwarder, cpu_prefix, table

NGINX = ["load_module /usr/lib/nginx/modules/ngx_stream_module.so;", "daemon off;", "worker_processes {cpus};", "pid {dir}/nginx.pid;",
         "error_log {dir}/error.log crit;", "events { worker_connections 9000; }",
         "stream { server { listen {listen} reuseport; proxy_pass {target}; } server { listen {listen2} reuseport; proxy_pass {target2}; } }"]
HAPROXY = ["global", "  maxconn 4000", "  maxpipes 256", "defaults", "  mode tcp", "  option splice-auto", "  timeout connect 5s", "  timeout client 1h",
           "  timeout server 1h", "listen a", "  bind {listen}", "  server s {target}", "listen b", "  bind {listen2}", "  server s {target2}"]


def candidates(a):
    own = "%s {lane} -L tcp://{listen}/{target} -L tcp://{listen2}/{target2}" % a.program
    return {
        "direct": {},
        "haproxy-splice": {"cmd": "haproxy -db -f {dir}/haproxy.cfg", "files": {"haproxy.cfg": HAPROXY}},
        "nginx": {"cmd": "nginx -p {dir} -c {dir}/nginx.conf -e {dir}/error.log", "files": {"nginx.conf": NGINX}},
        "gost": {"cmd": "%s -L tcp://{listen}/{target} -L tcp://{listen2}/{target2}" % (a.reference or "gost")},
        "gost-cs": {"cmd": own.replace("{lane} ", "")},
        "gost-cs-portable": {"cmd": own.replace("{lane}", "-lane portable")},
    }


class Pair(Forwarder):
    """A forwarder with two services: ports and targets of the second lie 100 above those of the first."""

    def __init__(self, name, spec, port, backend_port, cpus):
        super().__init__(name, spec, port, backend_port, cpus)
        self.bulk_port = self.port + 100
        self.vars.update({"listen2": f"127.0.0.1:{port + 100}", "target2": f"127.0.0.1:{backend_port + 100}"})


def command(a, fwd, port, backend, mode, secs, warm):
    cmd = cpu_prefix(a.bench_cpus) + [os.path.join(HERE, "fwdbench")] + mode.split() + [
        "--to", f"127.0.0.1:{port}", "--backend", f"127.0.0.1:{backend}", "--secs", str(secs), "--warm", str(warm), "--json"]
    return cmd + (["--pid", str(fwd.proc.pid)] if fwd.proc else []) + (["--verify"] if a.verify else [])


def result(process, what):
    out, err = process.communicate(timeout=120)
    if not out.strip():
        raise RuntimeError(f"{what}: {err.strip()}")
    return json.loads(out.strip().splitlines()[-1])


def measure(a, fwd, conns, neighbour):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    bulk = None
    if neighbour:
        # It begins before and ends after what is measured.
        bulk = subprocess.Popen(command(a, fwd, neighbour, a.base_port + 100, a.bulk, a.secs + a.warm + 2, 0.5), **pipes)
        time.sleep(1)
    try:
        ping = subprocess.Popen(command(a, fwd, fwd.port, a.base_port, f"tcp-rr --conns {conns}", a.secs, a.warm), **pipes)
        row = result(ping, f"{fwd.name}, ping-pong")
        row["bulk"] = result(bulk, f"{fwd.name}, bulk") if bulk else None
        return row
    finally:
        if bulk and bulk.poll() is None:
            bulk.kill()
            bulk.wait()


def middle(values, fmt="{:,.0f}"):
    return fmt.format(statistics.median(values)) if values else "failed"


def ratio(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})" if values else "failed"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--program", required=True, help="this program")
    ap.add_argument("--reference", default="", help="a gost binary")
    ap.add_argument("--only", help="comma-separated candidate names")
    ap.add_argument("--conns", default="64,1", help="connections of the ping-pong, comma-separated (default: %(default)s)")
    ap.add_argument("--bulk", default="tcp-throughput --conns 4 --dir both", help="the neighbour (default: %(default)s)")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--secs", type=float, default=2)
    ap.add_argument("--warm", type=float, default=0.5)
    ap.add_argument("--fwd-cpus", help="pin the forwarders to these CPUs, e.g. 0")
    ap.add_argument("--bench-cpus", help="pin fwdbench to these CPUs, e.g. 1")
    ap.add_argument("--base-port", type=int, default=22000)
    ap.add_argument("--verify", action="store_true", help="compare every byte")
    ap.add_argument("--out", help="append every raw pair of results to this file, as JSON lines")
    a = ap.parse_args()
    specs = candidates(a)
    if a.only:
        specs = {name: specs[name] for name in a.only.split(",")}
    for name in [n for n, s in specs.items() if s.get("cmd") and not shutil.which(s["cmd"].split()[0])]:
        print(f"skipping {name}: not installed", file=sys.stderr)
        del specs[name]

    failed = 0
    for conns in a.conns.split(","):
        fwds = [Pair(name, spec, a.base_port + 1 + i, a.base_port, a.fwd_cpus) for i, (name, spec) in enumerate(specs.items())]
        runs = {f.name: [] for f in fwds}
        try:
            for f in fwds:
                f.start()
            for r in range(a.rounds):
                for f in fwds[r % len(fwds):] + fwds[:r % len(fwds)]:
                    try:
                        runs[f.name].append(tuple(measure(a, f, conns, x) for x in (None, a.base_port + 100, f.bulk_port)))
                    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as e:
                        print(e, file=sys.stderr)
                        continue
                    if a.out:
                        with open(a.out, "a") as out:
                            out.write(json.dumps(dict(zip(("alone", "past", "same"), runs[f.name][-1]), candidate=f.name, conns=conns, round=r)) + "\n")
        finally:
            for f in fwds:
                f.stop()
        print(f"\n### ping-pong on {conns} connections, beside {a.bulk}  ({a.rounds} rounds x {a.secs:g} s, forwarder CPUs {a.fwd_cpus or 'all'}, "
              f"bench CPUs {a.bench_cpus or 'all'})\n")
        rows = [["candidate", "alone: p50 us", "p99", "p99.9", "past it: p50", "p99", "p99.9", "same: p50", "p99", "p99.9", "p99 / alone", "p99.9 / alone",
                 "p99 / past it", "bulk Gbit/s", "errors", "corrupt"]]
        for f in fwds:
            row = [f.name]
            for which in (0, 1, 2):
                row += [middle([p[which][key] for p in runs[f.name]]) for key in ("p50_us", "p99_us", "p999_us")]
            for key, base in (("p99_us", 0), ("p999_us", 0), ("p99_us", 1)):
                row.append(ratio([p[2][key] / p[base][key] for p in runs[f.name] if p[base][key] > 0]))
            row.append(middle([p[2]["bulk"]["gbit_s"] for p in runs[f.name]], "{:.1f}"))
            every = [x for p in runs[f.name] for x in (*p, p[1]["bulk"], p[2]["bulk"])]
            row += [str(sum(x["errors"] for x in every)), str(sum(x["corrupt"] for x in every))]
            failed |= not every or any(x["corrupt"] for x in every)
            rows.append(row)
        table(rows)
        sys.stdout.flush()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
