package io.zsync.cli;

import io.zsync.node.api.RunFailure;
import io.zsync.node.trust.Peer;
import io.zsync.protocol.PeerId;
import java.util.ArrayList;
import java.util.List;

/** {@code zsync peers list | add | remove} */
final class PeersCommand implements Command {
    private static final Judge PEERS = new Judge("peers");

    @Override
    public String help() {
        return Help.PEERS;
    }

    @Override
    public ExitCode run(List<Argument> words, Surroundings around) throws UsageError, RunFailure {
        if (words.isEmpty()) {
            throw PEERS.refusal("list, add or remove is missing");
        }
        List<Argument> rest = words.subList(1, words.size());
        switch (words.getFirst().text()) {
            case "list" -> list(new Judge("peers list"), rest, around);
            case "add" -> add(new Judge("peers add"), rest, around);
            case "remove" -> remove(new Judge("peers remove"), rest, around);
            default -> throw PEERS.refusal("neither list nor add nor remove (" + words.getFirst() + ")");
        }
        return ExitCode.DONE;
    }

    private static void list(Judge judge, List<Argument> words, Surroundings around) throws UsageError, RunFailure {
        CommonFlags flags = new CommonFlags();
        judge.fill(flags, words, around);
        judge.count(flags.words, 0);
        for (Peer peer : around.engine().get().peers().peers()) {
            around.console().print(peer.toString());
        }
    }

    private static void add(Judge judge, List<Argument> words, Surroundings around) throws UsageError, RunFailure {
        PeerFlags flags = new PeerFlags();
        judge.fill(flags, words, around);
        judge.count(flags.words, 3, "NAME", "ID");
        judge.protection("--protect", flags.protect, false);
        Peer peer = peer(judge, flags);
        around.engine().get().addPeer(peer);
    }

    private static void remove(Judge judge, List<Argument> words, Surroundings around) throws UsageError, RunFailure {
        CommonFlags flags = new CommonFlags();
        judge.fill(flags, words, around);
        judge.count(flags.words, 1, "NAME");
        around.engine().get().removePeer(flags.words.getFirst().text());
    }

    /** Read by the rules of the peer book, in the words of one of its lines. */
    private static Peer peer(Judge judge, PeerFlags flags) throws UsageError {
        Argument id = flags.words.get(1);
        try {
            PeerId.parse(id.text());
        } catch (IllegalArgumentException e) {
            throw judge.refusal(e.getMessage() + " (" + id + ")", "zsync id, typed on that node, prints it.");
        }
        List<String> line = new ArrayList<>();
        flags.words.forEach(word -> line.add(word.text()));
        if (flags.protect != null) {
            line.addAll(List.of("--protect", flags.protect.text()));
        }
        flags.grants.forEach(grant -> line.addAll(List.of("--grant", grant.text())));
        try {
            return Peer.parse(line);
        } catch (IllegalArgumentException e) {
            throw judge.refusal(String.valueOf(e.getMessage()));
        }
    }
}
