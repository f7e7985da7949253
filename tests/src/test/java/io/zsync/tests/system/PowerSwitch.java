package io.zsync.tests.system;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Cuts a file system's power by the ioctl that ext4 and XFS have for it: from then on nothing reaches the disk, and every
 * call that needs it fails. What the journal has not written by then is lost.
 */
final class PowerSwitch {
    /** {@code _IOR('X', 125, __u32)}. */
    private static final long SHUTDOWN = 0x8004587DL;

    private static final int WITHOUT_A_LAST_FLUSH = 2;

    private PowerSwitch() {}

    static void cut(Path root) {
        try (Arena arena = Arena.ofConfined()) {
            int directory = (int) function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT))
                    .invokeExact(arena.allocateFrom(root.toString()), 0);
            check("open", root, directory);
            MemorySegment flags = arena.allocateFrom(JAVA_INT, WITHOUT_A_LAST_FLUSH);
            int cut = (int) function("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS))
                    .invokeExact(directory, SHUTDOWN, flags);
            int closed = (int)
                    function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).invokeExact(directory);
            check("shutdown ioctl", root, cut);
            check("close", root, closed);
        } catch (Throwable e) {
            throw new AssertionError("cannot cut the power of " + root, e);
        }
    }

    private static void check(String call, Path root, int result) {
        if (result < 0) {
            throw new AssertionError(call + " of " + root + " failed");
        }
    }

    /** The arguments behind the second are variable ones, where there are any. */
    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        Linker.Option[] options = descriptor.argumentLayouts().size() < 2
                ? new Linker.Option[0]
                : new Linker.Option[] {Linker.Option.firstVariadicArg(2)};
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
    }
}
