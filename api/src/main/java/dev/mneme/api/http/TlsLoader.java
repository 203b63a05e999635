package dev.mneme.api.http;

import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.pki.KeystoreKeys;
import io.helidon.common.pki.PemKeys;
import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsConfig;

/// Reads certificate and key for the listener. TLS 1.2 and 1.3 are spoken.
final class TlsLoader {
    private TlsLoader() {}

    /// @throws IllegalArgumentException when a file cannot be read or does not hold what it should
    static TlsConfig load(TlsFiles files) {
        Keys keys;
        try {
            keys = keys(files);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("http.tls cannot be read: " + files, e);
        }
        return Tls.builder()
                .privateKey(keys.privateKey()
                        .orElseThrow(() -> new IllegalArgumentException("http.tls has no private key: " + files)))
                .privateKeyCertChain(keys.certChain())
                .addEnabledProtocol("TLSv1.3")
                .addEnabledProtocol("TLSv1.2")
                .buildPrototype();
    }

    private static Keys keys(TlsFiles files) {
        return switch (files) {
            case TlsFiles.Pem pem -> {
                PemKeys.Builder builder = PemKeys.builder()
                        .key(Resource.create(pem.privateKey()))
                        .certChain(Resource.create(pem.certificates()));
                if (pem.password() != null) {
                    builder.keyPassphrase(pem.password());
                }
                yield Keys.builder().pem(builder.build()).build();
            }
            case TlsFiles.Pkcs12 store ->
                Keys.builder()
                        .keystore(KeystoreKeys.builder()
                                .keystore(Resource.create(store.store()))
                                .type("PKCS12")
                                .passphrase(store.password())
                                .build())
                        .build();
        };
    }
}
