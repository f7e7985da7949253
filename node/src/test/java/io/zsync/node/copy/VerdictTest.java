package io.zsync.node.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zsync.node.fs.Errno;
import io.zsync.protocol.DataPath;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {
    @ParameterizedTest
    @CsvSource({
        "XDEV, REFUSED_FOR_DEVICES",
        "OPNOTSUPP, REFUSED_FOR_DEVICES",
        "NOSYS, REFUSED_FOR_DEVICES",
        "NOTTY, REFUSED_FOR_DEVICES",
        "NOSPC, FAILED",
        "DQUOT, FAILED",
        "FBIG, FAILED",
        "INVAL, REFUSED_FOR_FILE",
        "TXTBSY, REFUSED_FOR_FILE",
        "OVERFLOW, REFUSED_FOR_FILE",
        "FAULT, REFUSED_FOR_FILE",
        "PERM, REFUSED_FOR_FILE",
        "ACCES, REFUSED_FOR_FILE",
        "NOENT, REFUSED_FOR_FILE",
        "NFILE, REFUSED_FOR_FILE",
        "MFILE, REFUSED_FOR_FILE",
        "IO, REFUSED_FOR_FILE",
        "STALE, REFUSED_FOR_FILE",
        "ROFS, REFUSED_FOR_FILE",
        "ISDIR, REFUSED_FOR_FILE",
        "OTHER, REFUSED_FOR_FILE"
    })
    void whatAnErrorOfTheKernelsOwnPathsMeans(Errno errno, Verdict verdict) {
        assertEquals(verdict, Verdict.of(DataPath.COPY_RANGE, ScriptedFile.failure("copyRange", errno)));
    }

    @ParameterizedTest
    @EnumSource(Errno.class)
    void plainReadsAndWritesHaveTheLastWord(Errno errno) {
        assertEquals(Verdict.FAILED, Verdict.of(DataPath.BUFFERED, ScriptedFile.failure("write", errno)));
    }

    @ParameterizedTest
    @EnumSource(value = DataPath.class, names = "BUFFERED", mode = EnumSource.Mode.EXCLUDE)
    void aFailureWithoutANumberSaysNothingOfOtherFiles(DataPath path) {
        assertEquals(Verdict.REFUSED_FOR_FILE, Verdict.of(path, new IOException("Map failed")));
    }
}
