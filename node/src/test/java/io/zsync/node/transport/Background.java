package io.zsync.node.transport;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The other end of a test: a platform thread whose outcome is waited for. */
final class Background {
    private Background() {}

    interface Call<T> {
        @Nullable
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

    /** What a call in the background failed with. */
    static Throwable failure(CompletableFuture<?> outcome) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> outcome.get(20, TimeUnit.SECONDS));
        return Objects.requireNonNull(failed.getCause());
    }

    static String message(Throwable failure) {
        return Objects.requireNonNullElse(failure.getMessage(), "");
    }
}
