package io.zsync.node.transport;

import io.zsync.protocol.ErrorCode;
import io.zsync.protocol.ProtocolException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.security.cert.CertificateException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** Makes something of a channel within a deadline, or closes it and says why not. */
interface Establishing<T> {
    T run(Deadlines.Deadline timer) throws IOException;

    /**
     * @param operation what failures begin with
     * @throws ProtocolException NOT_TRUSTED if TLS failed for a key that is not accepted
     */
    static <T> T within(
            Duration deadline, String operation, SocketChannel channel, Deadlines deadlines, Establishing<T> steps)
            throws IOException {
        Deadlines.Deadline timer = deadlines.close(channel, deadline);
        boolean established = false;
        try {
            T result = steps.run(timer);
            timer.met(operation);
            established = true;
            return result;
        } catch (SSLException e) {
            if (e.getCause() instanceof CertificateException refusal) {
                throw new ProtocolException(ErrorCode.NOT_TRUSTED, operation + ": " + refusal.getMessage(), e);
            }
            throw timer.explain(operation, e);
        } catch (NoAnswerException e) {
            throw e;
        } catch (IOException e) {
            throw timer.explain(operation, e);
        } finally {
            timer.cancel();
            if (!established) {
                channel.close();
            }
        }
    }
}
