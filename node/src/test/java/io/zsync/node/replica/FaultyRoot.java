package io.zsync.node.replica;

import io.zsync.node.fs.Directory;
import io.zsync.node.fs.OpenFile;
import io.zsync.node.fs.Root;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A root whose calls, down to its directories, files and sync handles, can be watched and made to fail. */
final class FaultyRoot {
    /** Called before each call, with its name as in {@code rename} and its arguments. */
    interface Fault {
        void before(String call, Object[] arguments) throws IOException;
    }

    private FaultyRoot() {}

    static Root of(Root root, Fault fault) {
        return wrap(Root.class, root, fault);
    }

    private static <T> T wrap(Class<T> type, T real, Fault fault) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            Object[] given = arguments == null ? new Object[0] : arguments;
            if (type == Directory.FileSystemSync.class && method.getName().equals("sync")) {
                fault.before("syncfs", given);
            } else {
                fault.before(type == OpenFile.class ? "file." + method.getName() : method.getName(), given);
            }
            Object result;
            try {
                result = method.invoke(real, given);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            return switch (result) {
                case Directory directory -> wrap(Directory.class, directory, fault);
                case OpenFile file -> wrap(OpenFile.class, file, fault);
                case Directory.FileSystemSync sync -> wrap(Directory.FileSystemSync.class, sync, fault);
                case null, default -> result;
            };
        };
        return type.cast(Proxy.newProxyInstance(FaultyRoot.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
