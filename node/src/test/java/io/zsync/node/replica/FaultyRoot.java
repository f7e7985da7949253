package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.Inode;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.fs.Root;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A root whose calls, down to its directories, files and sync handles, can be watched and made to fail. */
final class FaultyRoot {
    /** Called before each call, with its name as in {@code rename} and its arguments. */
    interface Fault {
        void before(String call, Object[] arguments) throws IOException;

        /** What a listing is to look like. */
        default Directory.Listing listed(Directory.Listing real) {
            return real;
        }

        /** Whether a sync of everything is to be relied on. */
        default boolean trusted(boolean real) {
            return real;
        }

        /** How much room there is to be. */
        default Directory.Room room(Directory.Room real) {
            return real;
        }
    }

    private FaultyRoot() {}

    static Root of(Root root, Fault fault) {
        return wrap(Root.class, root, fault);
    }

    private static <T> T wrap(Class<T> type, T real, Fault fault) {
        return type.cast(Proxy.newProxyInstance(
                FaultyRoot.class.getClassLoader(), new Class<?>[] {type}, new Watched(type, real, fault)));
    }

    private record Watched(Class<?> type, Object real, Fault fault) implements InvocationHandler {
        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            Object[] given = arguments == null ? new Object[0] : arguments;
            if (type == Directory.FileSystemSync.class && method.getName().equals("sync")) {
                fault.before("syncfs", given);
            } else if (type == OpenFile.class || type == Inode.class) {
                fault.before((type == Inode.class ? "member." : "file.") + method.getName(), given);
            } else {
                fault.before(method.getName(), given);
            }
            Object result;
            try {
                result = method.invoke(
                        real, Arrays.stream(given).map(Watched::unwrapped).toArray());
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            return switch (result) {
                case Directory.Listing listing -> fault.listed(listing);
                case Directory.Room room -> fault.room(room);
                case Boolean trusted when method.getName().equals("trusted") -> fault.trusted(trusted);
                case Directory directory -> wrap(Directory.class, directory, fault);
                case OpenFile file -> wrap(OpenFile.class, file, fault);
                case Inode member -> wrap(Inode.class, member, fault);
                case Directory.FileSystemSync sync -> wrap(Directory.FileSystemSync.class, sync, fault);
                case null, default -> result;
            };
        }

        /** A directory knows what to do with another of its own kind only. */
        private static Object unwrapped(Object argument) {
            return Proxy.isProxyClass(argument.getClass())
                            && Proxy.getInvocationHandler(argument) instanceof Watched watched
                    ? watched.real()
                    : argument;
        }
    }
}
