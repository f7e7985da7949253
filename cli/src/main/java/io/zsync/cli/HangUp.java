package io.zsync.cli;

import java.lang.reflect.Proxy;

/**
 * Takes SIGHUP, which otherwise ends the process. Through reflection, because the compiler warns wherever {@code
 * sun.misc.Signal} is named and nothing turns that warning off; it is the only public way to a signal, in every JDK.
 */
final class HangUp {
    private HangUp() {}

    /** @param action run by a thread of the JVM's at each SIGHUP */
    static void take(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object taker = Proxy.newProxyInstance(
                    HangUp.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        action.run();
                        return null;
                    });
            Object hangUp = signal.getConstructor(String.class).newInstance("HUP");
            signal.getMethod("handle", signal, handler).invoke(null, hangUp, taker);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java runtime does not hand over SIGHUP", e);
        }
    }
}
