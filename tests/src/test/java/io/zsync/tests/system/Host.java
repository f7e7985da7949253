package io.zsync.tests.system;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a process runs: in this machine's network or in a namespace of its own.
 *
 * @param entry the words that lead there, before those of a command; each becomes the next, so the process id stays
 * @param ipv4 an address that others reach it by
 * @param ipv6 the same, without brackets
 */
record Host(List<String> entry, String ipv4, String ipv6) {
    static final Host HERE = new Host(List.of(), "127.0.0.1", "::1");

    Host {
        entry = List.copyOf(entry);
    }

    Command command(List<String> words) {
        List<String> all = new ArrayList<>(entry);
        all.addAll(words);
        return Command.of(all);
    }

    String endpoint4(int port) {
        return ipv4 + ":" + port;
    }

    String endpoint6(int port) {
        return "[" + ipv6 + "]:" + port;
    }
}
