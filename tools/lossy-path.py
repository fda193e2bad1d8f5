#!/usr/bin/env python3
"""lossy-path.py [options] -- PROGRAM: compares transports of PROGRAM (a gost) over a path that drops and delays IP packets.

Makes two network namespaces, each with a tun device, and carries the IP packets between the devices itself: each packet is dropped with a given chance and
delayed by a given time, with some variation, so that packets also overtake each other. In one namespace runs a client service and a sender, in the other the
far end and a receiver that answers with the SHA-256 of what it got. Prints one line for each transport. Needs root, /dev/net/tun, iproute2 and util-linux;
says so and ends with code 77 where that is not there. Nothing outside the two namespaces is touched, and they end with the program.
"""
import argparse, ctypes, fcntl, hashlib, heapq, os, random, select, signal, socket, struct, subprocess, sys, threading, time

NEAR, FAR = "10.99.0.1", "10.99.0.2"
libc = ctypes.CDLL(None, use_errno=True)


def enter(pid):
    """Moves this thread into the network namespace of a process."""
    fd = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        if libc.setns(fd, 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(fd)


def within(pid, action):
    """Runs an action in a namespace, on a thread of its own, which then ends."""
    result = []

    def run():
        try:
            enter(pid)
            result.append((action(), None))
        except Exception as error:  # handed to the caller below
            result.append((None, error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    value, error = result[0]
    if error:
        raise error
    return value


def open_tun(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
    return fd


class Path(threading.Thread):
    """Carries packets between two tun devices."""

    def __init__(self, near, far, loss, delay, jitter):
        super().__init__(daemon=True)
        self.near, self.far, self.loss, self.delay, self.jitter = near, far, loss, delay, jitter
        self.passed = self.lost = 0
        self.ended = False

    def run(self):
        chance, waiting, sequence = random.Random(4711), [], 0
        poll = select.poll()
        for fd in (self.near, self.far):
            poll.register(fd, select.POLLIN)
        while not self.ended:
            pause = max(0, waiting[0][0] - time.monotonic()) * 1000 if waiting else 100
            for fd, _ in poll.poll(pause):
                other = self.far if fd == self.near else self.near
                for _ in range(64):
                    try:
                        packet = os.read(fd, 65536)
                    except BlockingIOError:
                        break
                    if chance.random() < self.loss:
                        self.lost += 1
                        continue
                    self.passed += 1
                    sequence += 1
                    heapq.heappush(waiting, (time.monotonic() + self.delay + chance.random() * self.jitter, sequence, other, packet))
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                _, _, fd, packet = heapq.heappop(waiting)
                try:
                    os.write(fd, packet)
                except BlockingIOError:
                    self.lost += 1


def read_exactly(connection, count):
    data = bytearray()
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            break
        data += part
    return bytes(data)


def serve(listener):
    """The receiver: 8 bytes of length, the bytes; answers their SHA-256."""
    while True:
        connection, _ = listener.accept()
        with connection:
            head = read_exactly(connection, 8)
            if len(head) < 8:
                continue
            rest, digest = int.from_bytes(head, "big"), hashlib.sha256()
            while rest > 0:
                part = connection.recv(min(rest, 1 << 16))
                if not part:
                    break
                digest.update(part)
                rest -= len(part)
            connection.sendall(digest.digest())


def transfer(port, size):
    """Sends random bytes and gives the seconds until their hash was back, and whether it was right."""
    data = random.Random(size).randbytes(min(size, 1 << 20)) * max(1, size >> 20)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        start = time.monotonic()
        connection.settimeout(300)
        connection.sendall(len(data).to_bytes(8, "big") + data)
        answer = read_exactly(connection, 32)
        return time.monotonic() - start, answer == hashlib.sha256(data).digest(), len(data)


def wait_for(port, deadline=20):
    end = time.monotonic() + deadline
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def open_session(port, deadline=20):
    """One byte through; the far program may still be starting."""
    end = time.monotonic() + deadline
    while True:
        try:
            if transfer(port, 1)[1]:
                return
        except OSError:
            pass
        if time.monotonic() > end:
            raise OSError("the far end did not come up")
        time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--loss", type=float, default=0.05)
    parser.add_argument("--delay", type=float, default=0.030, help="seconds, each way")
    parser.add_argument("--jitter", type=float, default=0.003, help="seconds; more lets packets overtake each other more")
    parser.add_argument("--transport", action="append", default=[], metavar="NAME=MIB[?QUERY]", help="a dialer and how much goes over it")
    parser.add_argument("--verbose", action="store_true", help="shows what the programs log")
    parser.add_argument("program")
    options = parser.parse_args()
    transports = options.transport or ["tcp=2", "kcp=16?kcp.mode=fast3&kcp.sndwnd=1024&kcp.rcvwnd=1024"]
    children = []
    try:
        try:
            near, far = (subprocess.Popen(["unshare", "-n", "sleep", "infinity"], stderr=subprocess.DEVNULL) for _ in range(2))
            children += [near, far]
            own = os.readlink("/proc/self/ns/net")
            for child in (near, far):
                end = time.monotonic() + 5
                while child.poll() is None and os.readlink(f"/proc/{child.pid}/ns/net") == own and time.monotonic() < end:
                    time.sleep(0.01)
                if child.poll() is not None:
                    raise OSError("unshare -n was refused")
            near_tun, far_tun = within(near.pid, lambda: open_tun("tun0")), within(far.pid, lambda: open_tun("tun0"))
            for child, address, peer in ((near, NEAR, FAR), (far, FAR, NEAR)):
                for line in ("link set lo up", f"addr add {address} peer {peer} dev tun0", "link set tun0 txqueuelen 10000 up"):
                    subprocess.run(["nsenter", "-t", str(child.pid), "-n", "ip", *line.split()], check=True, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"no network namespaces with tun devices here: {error}", file=sys.stderr)
            return 77
        path = Path(near_tun, far_tun, options.loss, options.delay, options.jitter)
        path.start()
        listener = within(far.pid, lambda: socket.create_server(("127.0.0.1", 9000)))
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        good = True
        for number, entry in enumerate(transports):
            name, _, rest = entry.partition("=")
            size, _, query = rest.partition("?")
            port, url = 8000 + number, f"relay+{name}://{FAR}:{8400 + number}" + (f"?{query}" if query else "")
            for place, arguments in ((far, ["-L", url]), (near, ["-L", f"tcp://127.0.0.1:{port}/127.0.0.1:9000", "-F", url])):
                log = None if options.verbose else subprocess.DEVNULL
                children.append(subprocess.Popen(["nsenter", "-n", "-t", str(place.pid), options.program, *arguments], stderr=log))
            within(near.pid, lambda: wait_for(port))
            passed, lost = path.passed, path.lost
            try:
                within(near.pid, lambda: open_session(port))
                seconds, intact, count = within(near.pid, lambda: transfer(port, int(float(size) * (1 << 20))))
            except OSError as error:
                print(f"{name}: failed: {error}", flush=True)
                good = False
                continue
            good = good and intact
            print(
                f"{name}: {count / (1 << 20):.0f} MiB in {seconds:.2f} s, {count / (1 << 20) / seconds:.2f} MiB/s, {'intact' if intact else 'BROKEN'}, "
                f"{path.passed - passed} packets passed, {path.lost - lost} dropped", flush=True)
        path.ended = True
        path.join()
        return 0 if good else 1
    finally:
        for child in children:
            child.send_signal(signal.SIGKILL)
            child.wait()


if __name__ == "__main__":
    sys.exit(main())
