package io.zsync.node.transport;

import java.util.concurrent.CompletableFuture;

/** The other end of a test: a platform thread whose outcome is waited for. */
final class Background {
    private Background() {}

    interface Call<T> {
        T run() throws Exception;
    }

    static <T> CompletableFuture<T> start(Call<T> call) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                outcome.complete(call.run());
            } catch (Throwable e) {
                outcome.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return outcome;
    }
}
