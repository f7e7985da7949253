package io.zsync.cli;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.RunFailure;
import io.zsync.node.trust.Grant;
import io.zsync.node.trust.Invite;
import io.zsync.protocol.Protection;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code zsync invite}: the invite alone on standard output, so that it can be piped to where it is used. */
final class InviteCommand implements Command {
    private static final String EVERYTHING = "read,write,delete";

    private final Judge judge = new Judge("invite");

    @Override
    public String help() {
        return Help.INVITE;
    }

    @Override
    public ExitCode run(List<Argument> words, Surroundings around) throws UsageError, RunFailure {
        InviteFlags flags = new InviteFlags();
        judge.fill(flags, words, around);
        judge.count(flags.words, 0);
        Grant grant = grant(flags);
        Protection protection = judge.protection("--protect", flags.protect, false);
        Duration validity = Validity.parse(judge, "--ttl", flags.validity);
        Endpoint address = address(flags.address);
        Invite invite = around.engine().get().invite(grant, protection, validity, address);
        around.console().print(invite.text());
        around.console().tell(told(invite, flags.validity == null ? Validity.USUAL : flags.validity.text()));
        return ExitCode.DONE;
    }

    private @Nullable Grant grant(InviteFlags flags) throws UsageError {
        Argument share = flags.share;
        Argument rights = flags.grant;
        if (share == null) {
            if (rights != null) {
                throw judge.refusal(
                        "--grant", rights, "for which share", "It reads --share photos --grant read,write.");
            }
            return null;
        }
        try {
            return Grant.parse(share.text() + "=" + (rights == null ? EVERYTHING : rights.text()));
        } catch (IllegalArgumentException e) {
            throw judge.refusal(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Endpoint address(@Nullable Argument typed) throws UsageError {
        if (typed == null) {
            return null;
        }
        try {
            Endpoint address = Endpoint.parse(typed.text());
            if (address.port() == 0) {
                throw new IllegalArgumentException("port 0 cannot be connected to");
            }
            return address;
        } catch (IllegalArgumentException e) {
            throw judge.refusal(e.getMessage() + " (" + typed + ")");
        }
    }

    private static String told(Invite invite, String validity) {
        String where = invite.addresses().stream().map(Endpoint::toString).collect(Collectors.joining(" or "));
        String only = invite.addresses().stream().allMatch(InviteCommand::isLoopback)
                ? "\nOnly this machine reaches that address: zsync serve --listen 0.0.0.0:7419 listens to others too."
                : "";
        return "Whoever has this string may join once, within " + validity
                + ": on the other host type zsync join NAME, and paste it.\nIt leads to " + where + "." + only;
    }

    private static boolean isLoopback(Endpoint address) {
        try {
            return InetAddress.ofLiteral(address.host()).isLoopbackAddress();
        } catch (IllegalArgumentException name) {
            return address.host().equals("localhost");
        }
    }
}
