package dev.mneme.api.http;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.pki.PemKeys;
import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// Reads certificate and key for the listener. TLS 1.2 and 1.3 are spoken.
final class TlsLoader {
    private TlsLoader() {}

    private record Identity(PrivateKey key, List<X509Certificate> chain) {}

    /// @throws MnemeException `invalid_request` when a file cannot be read or does not hold what it should
    static TlsConfig load(TlsFiles files) {
        Identity identity;
        try {
            identity = switch (files) {
                case TlsFiles.Pem pem -> read(pem);
                case TlsFiles.Pkcs12 store -> read(store);
            };
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new MnemeException(ErrorCode.INVALID_REQUEST, unusable(files), e);
        }
        return Tls.builder()
                .privateKey(identity.key())
                .privateKeyCertChain(identity.chain())
                .addEnabledProtocol("TLSv1.3")
                .addEnabledProtocol("TLSv1.2")
                .buildPrototype();
    }

    private static String unusable(TlsFiles files) {
        return switch (files) {
            case TlsFiles.Pem pem ->
                "http.tls.certificate and http.tls.key must be PEM files of a certificate chain and its private key;"
                        + " these are not: " + pem.certificates() + " and " + pem.privateKey() + ".";
            case TlsFiles.Pkcs12 store ->
                "http.tls.keystore must be a PKCS#12 file with a private key that http.tls.keystorePassword opens: "
                        + store.store() + " is not.";
        };
    }

    private static Identity read(TlsFiles.Pem pem) {
        PemKeys.Builder builder =
                PemKeys.builder().key(Resource.create(pem.privateKey())).certChain(Resource.create(pem.certificates()));
        if (pem.password() != null) {
            builder.keyPassphrase(pem.password());
        }
        Keys keys = Keys.builder().pem(builder.build()).build();
        PrivateKey key = keys.privateKey().orElseThrow(() -> new IllegalArgumentException("there is no private key"));
        return new Identity(key, keys.certChain());
    }

    /// The store's first private key, whatever its alias.
    private static Identity read(TlsFiles.Pkcs12 file) throws GeneralSecurityException, IOException {
        char[] password = file.password().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file.store())) {
            store.load(in, password);
        }
        for (String alias : Collections.list(store.aliases())) {
            Certificate[] chain = store.getCertificateChain(alias);
            if (store.getKey(alias, password) instanceof PrivateKey key && chain != null) {
                return new Identity(
                        key,
                        Arrays.stream(chain).map(X509Certificate.class::cast).toList());
            }
        }
        throw new IllegalArgumentException("there is no private key");
    }
}
