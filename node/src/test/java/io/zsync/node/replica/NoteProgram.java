package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.LinuxRoot;
import io.zsync.node.fs.OpenFile;
import io.zsync.protocol.FileIdentity;
import io.zsync.protocol.Message.Range;
import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.nio.file.Path;

/** Notes of a staged file as much as is forced to disk. Run under strace, with the target and the state folder. */
public final class NoteProgram {
    private static final Name RESERVED = Name.reserved(0xABC);
    private static final long SIZE = 1L << 30;

    private NoteProgram() {}

    public static void main(String[] arguments) throws IOException {
        try (LinuxRoot root = LinuxRoot.open(Path.of(arguments[0]));
                Directory directory = root.directory(RelativePath.ROOT);
                OpenFile staged = directory.create(RESERVED);
                ResumeJournal journal = new ResumeJournal(JournalPlace.local(Path.of(arguments[1])), root, true)) {
            staged.setSize(SIZE);
            Unfinished begun = journal.begin(
                    RESERVED, staged.stat(), directory.mount(), Name.of("big"), new FileIdentity(SIZE, 1, 2, 3, 4, 5));
            journal.wrote(begun, new Range(0, 256 << 20), staged);
        }
    }
}
