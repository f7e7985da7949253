package io.zsync.cli;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.trust.Invite;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Where an invite comes from: a file, or whatever stands before the end, or the line end behind it, of standard input. */
final class InviteSource {
    /** No invite is so long, however its lines are broken. */
    private static final int MAX_LENGTH = 4 << 10;

    private final Judge judge;
    private final Surroundings around;

    InviteSource(Judge judge, Surroundings around) {
        this.judge = judge;
        this.around = around;
    }

    Invite file(Argument name) throws UsageError {
        byte[] content;
        try (InputStream in = Files.newInputStream(name.path())) {
            content = in.readNBytes(MAX_LENGTH + 1);
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "no such file" : "cannot be read";
            throw judge.refusal(why + " (" + name + ")", "Without FILE the invite is read from standard input.");
        }
        return parse(content);
    }

    /** Whoever types Ctrl-C at the prompt does not wait for the read, which nothing can end. */
    Invite standardInput() throws UsageError, RunFailure {
        CompletableFuture<byte[]> content = new CompletableFuture<>();
        around.signals().onCancel(() -> content.cancel(false), ExitCode.INTERRUPTED);
        // JDK 25 has a console only on a terminal, others have one always.
        Optional.ofNullable(System.console())
                .filter(java.io.Console::isTerminal)
                .ifPresent(terminal -> around.console().tell("Paste the invite, then press Enter."));
        Thread.ofPlatform().daemon().name("zsync-stdin").start(() -> {
            try {
                content.complete(read(around.input()));
            } catch (IOException e) {
                content.completeExceptionally(e);
            }
        });
        try {
            return parse(content.get());
        } catch (ExecutionException e) {
            throw judge.refusal("standard input cannot be read");
        } catch (InterruptedException | java.util.concurrent.CancellationException e) {
            throw new RunFailure(FailureKind.INTERRUPTED, "interrupted", null, e);
        }
    }

    /** Up to the end, or to the end of a line with which the invite is complete: people do not type Ctrl-D. */
    private static byte[] read(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = in.read(); c >= 0 && text.length() <= MAX_LENGTH; c = in.read()) {
            text.append((char) c);
            if (c == '\n' && complete(text.toString()).isPresent()) {
                break;
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Optional<Invite> complete(String text) {
        try {
            return Optional.of(Invite.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Invite parse(byte[] content) throws UsageError {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        if (text.isBlank()) {
            throw judge.refusal("there is no invite", "zsync invite, typed on the other node, prints one.");
        }
        try {
            return Invite.parse(text);
        } catch (IllegalArgumentException e) {
            throw judge.refusal(
                    String.valueOf(e.getMessage()), "Copy the whole line that zsync invite printed on the other node.");
        }
    }
}
