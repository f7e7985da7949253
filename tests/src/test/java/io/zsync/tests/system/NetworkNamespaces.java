package io.zsync.tests.system;

import static org.junit.jupiter.api.Assumptions.abort;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two hosts on one machine: two network namespaces and a cable between them. Whatever pair it is, the addresses are the
 * same. Deleted when closed, and when the tests' process ends before that.
 */
final class NetworkNamespaces implements AutoCloseable {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final String[] IPV4 = {"10.213.0.1", "10.213.0.2"};
    private static final String[] IPV6 = {"fd00:213::1", "fd00:213::2"};

    private final String[] names;
    private final Thread atExit = new Thread(this::delete);

    private NetworkNamespaces(String[] names) {
        this.names = names;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Skips the test where this cannot be. */
    static NetworkNamespaces open() {
        Machine.needsRoot("to make network namespaces");
        Machine.needs("ip");
        String prefix = "zs" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet();
        NetworkNamespaces pair = new NetworkNamespaces(new String[] {prefix + "a", prefix + "b"});
        Outcome made = Command.script("""
                        ip netns add "$1"
                        ip netns add "$2"
                        ip -n "$1" link add wire type veth peer name wire netns "$2"
                        for name in "$1" "$2"; do
                            ip -n "$name" link set lo up
                            ip -n "$name" link set wire up
                        done""", (Object[]) pair.names).run();
        if (made.code() != 0) {
            pair.close();
            abort("no network namespaces here: " + made.err());
        }
        pair.addresses(0, "add").output();
        pair.addresses(1, "add").output();
        return pair;
    }

    Host server() {
        return host(0);
    }

    Host client() {
        return host(1);
    }

    private Host host(int side) {
        return new Host(List.of("ip", "netns", "exec", names[side]), IPV4[side], IPV6[side]);
    }

    /** Takes the server's addresses away: from now on neither end hears a word of the other, nor that there is none. */
    void cut() {
        addresses(0, "del").output();
    }

    void restore() {
        addresses(0, "add").output();
    }

    private Command addresses(int side, String verb) {
        return Command.script("""
                        ip -n "$1" addr "$2" "$3/24" dev wire
                        ip -n "$1" addr "$2" "$4/64" dev wire nodad""", names[side], verb, IPV4[side], IPV6[side]);
    }

    @Override
    public void close() {
        delete();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    /** What still runs inside keeps its namespace, without its name and without the cable. */
    private void delete() {
        List<String> failures = new ArrayList<>();
        for (String name : names) {
            Outcome deleted = Command.of("ip", "netns", "del", name).run();
            if (deleted.code() != 0) {
                failures.add(deleted.err().strip());
            }
        }
        if (!failures.isEmpty()) {
            System.out.println("Namespaces: " + failures);
        }
    }
}
