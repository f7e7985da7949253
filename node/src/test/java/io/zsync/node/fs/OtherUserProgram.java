package io.zsync.node.fs;

import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Run by {@link OtherProcessTest} as a user without rights, in a directory of its own below one that it cannot read. */
final class OtherUserProgram {
    private static final Name A = Name.of("a");
    private static final Name B = Name.of("b");

    private OtherUserProgram() {}

    public static void main(String[] arguments) throws IOException {
        Path home = Path.of(arguments[0]);
        for (Kernel kernel : List.of(Kernel.OLD, Kernel.CURRENT)) {
            refuses(Errno.ACCES, () -> LinuxRoot.open(home.resolve(".."), kernel));
            try (LinuxRoot root = LinuxRoot.open(home, kernel);
                    Directory top = root.directory(RelativePath.ROOT)) {
                require(root.lock(), "locks past an ancestor that it cannot read");
                aCreatedFileIsFinishedWithoutRightsOnIt(top);
                aDirectoryThatCannotBeReadIsPassedThrough(root, top);
                namesThatCannotBeLookedAtAreFailures(top);
                refuses(Errno.PERM, () -> top.setOwner(0, 0));
            }
        }
    }

    private static void aCreatedFileIsFinishedWithoutRightsOnIt(Directory top) throws IOException {
        try (OpenFile file = top.create(A)) {
            file.channel();
            file.setMode(0);
            file.setTime(7, 8);
            file.channel().write(ByteBuffer.wrap(new byte[9]));
            require(file.stat().size() == 9, "the channel taken before goes on writing");
        }
        refuses(Errno.ACCES, () -> top.open(A));
        top.member(A).setMode(0400);
        top.open(A).close();
        try (OpenFile file = top.open(A)) {
            file.channel();
            top.member(A).setMode(0);
            require(file.channel().size() == 9, "the same channel");
        }
        try (OpenFile file = top.create(B)) {
            file.setMode(0);
            refuses(Errno.ACCES, file::channel);
            refuses(Errno.ACCES, () -> file.sendFile(file, 0, 1));
        }
        top.unlink(A);
        top.unlink(B);
    }

    private static void aDirectoryThatCannotBeReadIsPassedThrough(Root root, Directory top) throws IOException {
        top.makeDirectory(A);
        try (Directory a = top.directory(A)) {
            a.makeDirectory(B);
        }
        top.member(A).setMode(0100);
        refuses(Errno.ACCES, () -> top.directory(A));
        root.directory(RelativePath.of("a/b")).close();
        top.member(A).setMode(0600);
        refuses(Errno.ACCES, () -> root.directory(RelativePath.of("a/b")));
        top.member(A).setMode(0700);
    }

    private static void namesThatCannotBeLookedAtAreFailures(Directory top) throws IOException {
        try (Directory a = top.directory(A)) {
            for (int i = 0; i < 999; i++) {
                a.makeSymlink(Name.of("link " + i), new byte[] {'x'});
            }
            a.setMode(0400);
            Directory.Listing listing = a.list();
            require(listing.members().isEmpty() && listing.failures().size() == 1_000, listing.toString());
            require(listing.failures().getFirst().why().errno() == Errno.ACCES, listing.toString());
            a.setMode(0700);
            a.makeSymlink(Name.of("one too many"), new byte[] {'x'});
            a.setMode(0400);
            refuses(Errno.ACCES, a::list);
            a.setMode(0700);
            for (Directory.Member member : a.list().members()) {
                if (member.stat().isDirectory()) {
                    a.removeDirectory(member.name());
                } else {
                    a.unlink(member.name());
                }
            }
        }
        top.removeDirectory(A);
    }

    private interface Action {
        void run() throws IOException;
    }

    private static void refuses(Errno errno, Action action) throws IOException {
        try {
            action.run();
        } catch (FileFailure failure) {
            require(failure.errno() == errno, "expected " + errno + ", got " + failure.getMessage());
            return;
        }
        throw new IllegalStateException("expected " + errno);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
