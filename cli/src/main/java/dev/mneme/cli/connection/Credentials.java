package dev.mneme.cli.connection;

import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The key to send, and where it was looked for. A key from the data folder is sent only to this machine, unless the
/// folder was named: a local admin key means nothing to a server elsewhere.
///
/// @param key null if none was found
/// @param given whether it was named by an option or the environment
/// @param advice for somebody whose key was missing
public record Credentials(@Nullable String key, boolean given, String advice) {
    public static Credentials find(@Nullable String keyOption, @Nullable Path dataOption, URI url, Console console) {
        String given = keyOption != null ? keyOption : console.env("MNEME_KEY");
        if (given != null) {
            return new Credentials(valid(given.strip()), true, "");
        }
        Path file = dataFolder(dataOption, console).resolve("admin.key");
        boolean folderNamed = dataOption != null || console.env("MNEME_DATA") != null;
        if (!folderNamed && !local(url)) {
            return new Credentials(
                    null,
                    false,
                    "No API key for " + url + ". Give one with --key or MNEME_KEY; make one with: mneme key create.");
        }
        return new Credentials(
                read(file),
                false,
                "No API key: looked at --key, MNEME_KEY and " + file
                        + ". Start the server once on this machine (it writes that file), name its folder with --data,"
                        + " or give a key with --key.");
    }

    private static @Nullable String read(Path file) {
        try {
            return valid(Files.readString(file).strip());
        } catch (NoSuchFileException none) {
            return null;
        } catch (IOException failure) {
            throw new Failure(
                    ExitStatus.DENIED,
                    "Cannot read the API key in " + file + ": only the user who runs the server may."
                            + " Give a key with --key or MNEME_KEY.",
                    failure);
        }
    }

    /// The folder of `--data`, `MNEME_DATA`, `$XDG_DATA_HOME/mneme`, or `~/.local/share/mneme`.
    static Path dataFolder(@Nullable Path option, Console console) {
        if (option != null) {
            return option;
        }
        String data = console.env("MNEME_DATA");
        if (data != null) {
            return Path.of(data);
        }
        String xdg = console.env("XDG_DATA_HOME");
        if (xdg != null) {
            return Path.of(xdg, "mneme");
        }
        String home = console.env("HOME");
        return Path.of(home != null ? home : System.getProperty("user.home"), ".local", "share", "mneme");
    }

    private static boolean local(URI url) {
        String host = String.valueOf(url.getHost());
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127([.][0-9]{1,3}){3}");
    }

    private static String valid(String key) {
        if (key.isEmpty() || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new Failure(
                    ExitStatus.DENIED,
                    "The API key is empty or holds characters that no key has. Copy it again, whole.");
        }
        return key;
    }

    @Override
    public String toString() {
        return key == null ? "Credentials[none]" : "Credentials[***]";
    }
}
