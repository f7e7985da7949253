package io.zsync.cli;

import io.zsync.node.api.JoinReport;
import io.zsync.node.api.RunFailure;
import io.zsync.node.trust.Invite;
import io.zsync.node.trust.Peer;
import java.util.List;

/** {@code zsync join NAME [FILE]}. The invite is never a word of the command line, and never in a message. */
final class JoinCommand implements Command {
    private static final String INVITE = "zsi1-";

    private final Judge judge = new Judge("join");

    @Override
    public String help() {
        return Help.JOIN;
    }

    @Override
    public ExitCode run(List<Argument> words, Surroundings around) throws UsageError, RunFailure {
        CommonFlags flags = new CommonFlags();
        judge.fill(flags, words, around);
        for (Argument word : flags.words) {
            if (word.startsWith(INVITE)) {
                throw judge.refusal(
                        "an invite does not go on the command line, where every user of this machine can see it",
                        "Take it for seen, make another one, and give that on standard input or in a FILE.");
            }
        }
        judge.count(flags.words, 2, "NAME");
        String name = flags.words.getFirst().text();
        requireName(name);
        InviteSource source = new InviteSource(judge, around);
        Invite invite = flags.words.size() > 1 ? source.file(flags.words.get(1)) : source.standardInput();
        JoinReport report = around.engine().get().join(name, invite);
        around.console()
                .tell("joined " + name + " at " + report.address() + ", which "
                        + (report.alreadyKnown() ? "knew this node already, as " : "calls this node ")
                        + report.calledThere());
        return ExitCode.DONE;
    }

    private void requireName(String name) throws UsageError {
        try {
            Peer.requireName(name);
        } catch (IllegalArgumentException e) {
            throw judge.refusal(String.valueOf(e.getMessage()));
        }
    }
}
