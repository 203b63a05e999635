package dev.mneme.api.http;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Names the files of a listener's certificate and private key.
public sealed interface TlsFiles {
    /// @param certificates the server's certificate, then the chain that signed it
    /// @param privateKey PKCS#8
    /// @param password of the private key, or null
    record Pem(Path certificates, Path privateKey, @Nullable String password) implements TlsFiles {
        @Override
        public String toString() {
            return "Pem[certificates=" + certificates + ", privateKey=" + privateKey + ", password=***]";
        }
    }

    /// @param store a PKCS#12 file with one private key
    record Pkcs12(Path store, String password) implements TlsFiles {
        @Override
        public String toString() {
            return "Pkcs12[store=" + store + ", password=***]";
        }
    }
}
