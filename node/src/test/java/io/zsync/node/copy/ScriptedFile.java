package io.zsync.node.copy;

import io.zsync.node.fs.Errno;
import io.zsync.node.fs.FileFailure;
import io.zsync.node.fs.OpenFile;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An open file whose calls a test can answer itself, or watch on their way to the real one. */
final class ScriptedFile {
    interface Script {
        /** @return the answer, null to ask the real file */
        @Nullable
        Object answer(String call, Object[] arguments) throws IOException;
    }

    private ScriptedFile() {}

    static OpenFile of(OpenFile real, Script script) {
        return (OpenFile) Proxy.newProxyInstance(
                ScriptedFile.class.getClassLoader(), new Class<?>[] {OpenFile.class}, new Scripted(real, script));
    }

    /** Every call of this name fails. */
    static OpenFile failing(OpenFile real, String call, Errno errno) {
        return of(real, (name, arguments) -> {
            if (name.equals(call)) {
                throw failure(call, errno);
            }
            return null;
        });
    }

    static FileFailure failure(String call, Errno errno) {
        return new FileFailure(call, "/scripted", errno, errno.name().toLowerCase(Locale.ROOT));
    }

    private record Scripted(OpenFile real, Script script) implements InvocationHandler {
        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            Object[] given = arguments == null ? new Object[0] : arguments;
            Object answer = script.answer(method.getName(), given);
            if (answer != null) {
                return answer;
            }
            try {
                return method.invoke(
                        real, Arrays.stream(given).map(Scripted::unwrapped).toArray());
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        /** A file knows what to do with another of its own kind only. */
        private static Object unwrapped(Object argument) {
            return Proxy.isProxyClass(argument.getClass())
                            && Proxy.getInvocationHandler(argument) instanceof Scripted scripted
                    ? scripted.real()
                    : argument;
        }
    }
}
