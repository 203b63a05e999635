package dev.mneme.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.access.KeyService;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.ModelStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    private Path home;

    private Path pkcs12() throws Exception {
        Path store = home.resolve("server.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD,
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1")
                .redirectErrorStream(true)
                .start();
        assertThat(process.waitFor()).isZero();
        return store;
    }

    private static KeyStore load(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static void writePem(Path file, String type, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(file, "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n");
    }

    private static void answersOverTls(TlsFiles files, KeyStore trusted) throws Exception {
        ManualClock clock = new ManualClock();
        KeyService keys = new KeyService(new ModelStore(clock), clock, new SecureRandom());
        HttpConfig config = HttpConfig.DEFAULTS.withPort(0).withTls(files);
        List<Route> routes =
                List.of(Route.get("/open").access(Access.OPEN).by(request -> Answer.text(200, "text/plain", "hello")));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (HttpServer server = HttpServer.start(
                        config, keys, new RateLimiter(config.rate()), HttpMetrics.NONE, routes, List.of());
                HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + "/open"))
                    .build();
            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("hello");
        }
    }

    private static KeyStore trusting(KeyStore keys) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        return trusted;
    }

    @Test
    void readsPkcs12() throws Exception {
        Path store = pkcs12();
        answersOverTls(new TlsFiles.Pkcs12(store, PASSWORD), trusting(load(store)));
    }

    @Test
    void readsPem() throws Exception {
        KeyStore keys = load(pkcs12());
        Key key = Objects.requireNonNull(keys.getKey("server", PASSWORD.toCharArray()));
        writePem(home.resolve("key.pem"), "PRIVATE KEY", key.getEncoded());
        writePem(
                home.resolve("cert.pem"),
                "CERTIFICATE",
                keys.getCertificate("server").getEncoded());
        answersOverTls(new TlsFiles.Pem(home.resolve("cert.pem"), home.resolve("key.pem"), null), trusting(keys));
    }

    @Test
    void saysWhichFilesCannotBeRead() {
        TlsFiles files = new TlsFiles.Pkcs12(home.resolve("missing.p12"), PASSWORD);
        assertThatThrownBy(() -> TlsLoader.load(files))
                .isInstanceOf(dev.mneme.core.model.MnemeException.class)
                .hasMessageContaining("missing.p12")
                .hasMessageNotContaining(PASSWORD);
    }
}
