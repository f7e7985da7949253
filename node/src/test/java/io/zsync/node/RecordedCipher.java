package io.zsync.node;

import java.nio.ByteBuffer;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.CipherSpi;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.NoSuchPaddingException;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/** The platform's AES-GCM, for whoever in this JVM asks for it, with a list of all keys and nonces that it was given. */
final class RecordedCipher extends CipherSpi {
    private static final String ALGORITHM = "AES/GCM/NoPadding";

    /** One use of a nonce to encrypt. */
    record Use(String thread, String key, String nonce) {}

    /** Put first, it is what {@code Cipher.getInstance} finds. */
    static final class Recorder extends Provider {
        private static final long serialVersionUID = 1L;

        private final transient List<Use> uses = new CopyOnWriteArrayList<>();

        Recorder() {
            super("Recorder", "1", "records keys and nonces");
            putService(new Service(this, "Cipher", ALGORITHM, RecordedCipher.class.getName(), null, null) {
                @Override
                public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
                    try {
                        return new RecordedCipher(uses);
                    } catch (GeneralSecurityException e) {
                        throw new NoSuchAlgorithmException(e);
                    }
                }
            });
        }

        List<Use> uses() {
            return uses;
        }
    }

    private final List<Use> uses;
    private final Cipher cipher;

    private RecordedCipher(List<Use> uses) throws GeneralSecurityException {
        this.uses = uses;
        this.cipher = Cipher.getInstance(ALGORITHM, "SunJCE");
    }

    @Override
    protected void engineInit(int mode, Key key, AlgorithmParameterSpec parameters, SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        cipher.init(mode, key, parameters, random);
        if (mode == Cipher.ENCRYPT_MODE && parameters instanceof GCMParameterSpec gcm) {
            uses.add(new Use(
                    Thread.currentThread().getName(),
                    HexFormat.of().formatHex(key.getEncoded()),
                    HexFormat.of().formatHex(gcm.getIV())));
        }
    }

    @Override
    protected void engineInit(int mode, Key key, SecureRandom random) throws InvalidKeyException {
        cipher.init(mode, key, random);
    }

    @Override
    protected void engineInit(int mode, Key key, AlgorithmParameters parameters, SecureRandom random)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        cipher.init(mode, key, parameters, random);
    }

    @Override
    protected void engineSetMode(String mode) throws NoSuchAlgorithmException {}

    @Override
    protected void engineSetPadding(String padding) throws NoSuchPaddingException {}

    @Override
    protected int engineGetBlockSize() {
        return cipher.getBlockSize();
    }

    @Override
    protected int engineGetOutputSize(int length) {
        return cipher.getOutputSize(length);
    }

    @Override
    protected byte[] engineGetIV() {
        return cipher.getIV();
    }

    @Override
    protected AlgorithmParameters engineGetParameters() {
        return cipher.getParameters();
    }

    @Override
    protected void engineUpdateAAD(byte[] data, int offset, int length) {
        cipher.updateAAD(data, offset, length);
    }

    @Override
    protected void engineUpdateAAD(ByteBuffer data) {
        cipher.updateAAD(data);
    }

    @Override
    protected byte[] engineUpdate(byte[] input, int offset, int length) {
        return cipher.update(input, offset, length);
    }

    @Override
    protected int engineUpdate(byte[] input, int offset, int length, byte[] output, int outputOffset)
            throws ShortBufferException {
        return cipher.update(input, offset, length, output, outputOffset);
    }

    @Override
    protected byte[] engineDoFinal(byte[] input, int offset, int length)
            throws IllegalBlockSizeException, BadPaddingException {
        return cipher.doFinal(input, offset, length);
    }

    @Override
    protected int engineDoFinal(byte[] input, int offset, int length, byte[] output, int outputOffset)
            throws ShortBufferException, IllegalBlockSizeException, BadPaddingException {
        return input == null
                ? cipher.doFinal(output, outputOffset)
                : cipher.doFinal(input, offset, length, output, outputOffset);
    }

    @Override
    protected int engineDoFinal(ByteBuffer input, ByteBuffer output)
            throws ShortBufferException, IllegalBlockSizeException, BadPaddingException {
        return cipher.doFinal(input, output);
    }

    @Override
    protected int engineUpdate(ByteBuffer input, ByteBuffer output) throws ShortBufferException {
        return cipher.update(input, output);
    }
}
