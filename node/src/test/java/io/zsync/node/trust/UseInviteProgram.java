package io.zsync.node.trust;

import io.zsync.protocol.InviteId;
import io.zsync.protocol.JoinRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HexFormat;

/** Run by {@link SystemCallsTest}: uses an invite up, and makes a file once it was granted. */
final class UseInviteProgram {
    private UseInviteProgram() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(System.getenv("HOME"));
        InviteFile invites = new InviteFile(new ConfigFolder(home, home), InstantSource.system());
        InviteId id = InviteId.of(HexFormat.of().parseHex(arguments[0]));
        if (invites.redeem(new JoinRequest(id, null, "laptop"), key -> true).isPresent() && arguments.length > 1) {
            Files.createFile(Path.of(arguments[1]));
        }
    }
}
