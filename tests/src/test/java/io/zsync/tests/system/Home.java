package io.zsync.tests.system;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who a node is and whom it knows: a ZSYNC_HOME, made and changed by the real commands, on the host where they run.
 *
 * @param javaOptions of these commands
 */
record Home(Host host, Path folder, String javaOptions) {
    Home(Host host, Path folder) {
        this(host, folder, QuickStart.options());
    }

    /** {@code zsync} with these words, as this node. */
    Command zsync(Object... words) {
        return zsync(List.of(), words);
    }

    /** The same as what another command, such as strace, starts. */
    Command zsync(List<String> before, Object... words) {
        List<String> all = new ArrayList<>(before);
        all.add(Checkout.launcher());
        for (Object word : words) {
            all.add(word.toString());
        }
        return host.command(all).with("ZSYNC_HOME", folder.toString()).with("ZSYNC_JAVA_OPTS", javaOptions);
    }

    String id() {
        return zsync("id").output().strip();
    }

    /** Lets {@code peer} in; without grants to what each share allows. */
    void admit(String name, Home peer, String... grants) {
        List<Object> words = new ArrayList<>(List.of("peers", "add", name, peer.id()));
        for (String grant : grants) {
            words.add("--grant");
            words.add(grant);
        }
        zsync(words.toArray()).output();
    }

    /** Makes {@code name} the node that has this id and listens there. */
    void reach(String name, String id, String endpoint) {
        zsync("peers", "add", name, id, endpoint).output();
    }

    void remove(String name) {
        zsync("peers", "remove", name).output();
    }

    /** The same node once more, in another folder and perhaps on another host. */
    Home copy(Host elsewhere, Path another) {
        Command.of("cp", "-a", folder.toString(), another.toString()).output();
        return new Home(elsewhere, another, javaOptions);
    }
}
