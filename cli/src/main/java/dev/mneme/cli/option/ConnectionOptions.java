package dev.mneme.cli.option;

import dev.mneme.cli.connection.Credentials;
import dev.mneme.cli.connection.Server;
import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which server, with which key, and how the answer is shown. Every command has these.
public final class ConnectionOptions {
    static final String DEFAULT_URL = "http://127.0.0.1:8765";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The server. Default: MNEME_URL, else " + DEFAULT_URL + ".")
    @Nullable
    String url;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "The API key. Default: MNEME_KEY, else admin.key in the local data folder.")
    @Nullable
    String key;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The local data folder. Default: MNEME_DATA, else ~/.local/share/mneme.")
    @Nullable
    Path data;

    @Option(names = "--json", description = "Print the server's JSON, for machines.")
    boolean json;

    @Option(names = "--full", description = "Show long texts whole in tables.")
    boolean full;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print only ids, or nothing.")
    boolean quiet;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    public Session session(Console console) {
        String env = console.env("MNEME_URL");
        URI address = address(url != null ? url : env != null ? env : DEFAULT_URL, url == null && env != null);
        return new Session(
                full ? console.showingAll() : console,
                new Server(address, Credentials.find(key, data, address, console)),
                json,
                quiet);
    }

    private static URI address(String text, boolean fromEnvironment) {
        String name = fromEnvironment ? "MNEME_URL" : "--url";
        try {
            URI address = new URI(text.strip().replaceAll("/+$", ""));
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (http && address.getHost() != null && address.getQuery() == null && address.getUserInfo() == null) {
                return address;
            }
        } catch (URISyntaxException notAnAddress) {
            throw badAddress(name, text, notAnAddress);
        }
        throw badAddress(name, text, null);
    }

    private static Failure badAddress(String name, String text, @Nullable Throwable cause) {
        return new Failure(
                ExitStatus.USAGE, name + " must be like http://host:8765 or https://host, was '" + text + "'.", cause);
    }
}
