package io.zsync.node.fs;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The one system call with six arguments, apart from {@link Linux}: who does not copy between files never makes its handle. */
final class CopyFileRange {
    private static final MethodHandle CALL = Linux.LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"));

    private static final MemorySegment FUNCTION = Linux.symbol("copy_file_range");

    private CopyFileRange() {}

    /** Copies to the same place. @return bytes copied, or a negated error number */
    static long call(int source, int target, long offset, long length) {
        if (FUNCTION.address() == 0) {
            return -Linux.ENOSYS;
        }
        Scratch scratch = Scratch.current();
        long result;
        do {
            result = once(scratch, source, target, offset, length);
        } while (result == -Linux.EINTR);
        return result;
    }

    private static long once(Scratch scratch, long source, long target, long offset, long length) {
        long from = scratch.sourceOffset(offset);
        long to = scratch.targetOffset(offset);
        try {
            long result = (long) CALL.invokeExact(FUNCTION, scratch.errnoState(), source, from, target, to, length, 0L);
            return result == -1 ? -scratch.errno() : result;
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new IllegalStateException("foreign call", impossible);
        }
    }
}
