package dev.mneme.server.config;

import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/// Gathers the settings as they were typed, from the weakest source to the strongest.
final class ConfigSources {
    /// Short names of settings, and those of the first generation of instances, weakest first. A setting's own name has
    /// precedence over them.
    private record Alias(String name, Setting<?> setting, String unit) {}

    private static final List<Alias> ALIASES = List.of(
            new Alias("WS_SYNC_PORT", Settings.HTTP_PORT, ""),
            new Alias("WS_PING_INTERVAL", Settings.WS_PING_INTERVAL, "ms"),
            new Alias("WS_STALE_TIMEOUT", Settings.WS_STALE_TIMEOUT, "ms"),
            new Alias("CONTEXT_TTL_DAYS", Settings.CONTEXTS_TTL, "d"),
            new Alias("SYNC_EVENT_TTL_DAYS", Settings.SYNC_TTL, "d"),
            new Alias("MONGODB_URL", Settings.HUB_MONGODB_URL, ""),
            new Alias("MONGODB_DATABASE", Settings.HUB_MONGODB_DATABASE, ""),
            new Alias("MONGODB_MAX_POOL_SIZE", Settings.HUB_MONGODB_MAX_POOL_SIZE, ""),
            new Alias("MONGODB_MIN_POOL_SIZE", Settings.HUB_MONGODB_MIN_POOL_SIZE, ""),
            new Alias("REDIS_URL", Settings.HUB_REDIS_URL, ""),
            new Alias("REDIS_MAX_RECONNECT_ATTEMPTS", Settings.HUB_REDIS_MAX_RECONNECT_ATTEMPTS, ""),
            new Alias("MNEME_PORT", Settings.HTTP_PORT, ""),
            new Alias("MNEME_HOST", Settings.HTTP_HOST, ""),
            new Alias("MNEME_INSECURE", Settings.HTTP_INSECURE, ""));

    private static final Map<String, Setting<?>> SHORT_FLAGS = Map.of(
            "--port",
            Settings.HTTP_PORT,
            "--host",
            Settings.HTTP_HOST,
            "--insecure",
            Settings.HTTP_INSECURE,
            "--integrity-key",
            Settings.STORE_INTEGRITY_KEY,
            "--anchor",
            Settings.STORE_ANCHOR);

    /// Variables of the command line or the launcher, which the server does not read.
    private static final Set<String> NOT_OURS = Set.of(
            "MNEME_CONFIG",
            "MNEME_URL",
            "MNEME_KEY",
            "MNEME_USER",
            "MNEME_DEBUG",
            "MNEME_JAVA_OPTS",
            "MNEME_NO_BUILD",
            "MNEME_NO_TRAIN");

    private ConfigSources() {}

    static ServerConfig read(List<String> flags, Map<String, String> environment) {
        ConfigFlags parsed = ConfigFlags.parse(flags);
        ConfigValues values = new ConfigValues();
        values.put(
                Settings.DATA,
                new ConfigValues.Typed("data", defaultData(environment).toString()));
        Optional<Path> file = file(parsed, environment);
        Map<Setting<?>, ConfigValues.Typed> fromFile =
                file.map(each -> YamlFile.read(each, values)).orElse(Map.of());
        readEnvironment(environment, values);
        parsed.values().forEach((name, text) -> values.put(settingOf(name), new ConfigValues.Typed(name, text)));
        ServerConfig config = values.config();
        file.filter(each -> liesIn(each, config.data())).ifPresent(each -> refuseFromData(each, fromFile, values));
        return config;
    }

    private static boolean liesIn(Path file, Path folder) {
        try {
            return Files.exists(folder) && file.toRealPath().startsWith(folder.toRealPath());
        } catch (IOException e) {
            throw MnemeException.invalid("data", "The data folder " + folder + " cannot be read: " + e + ".");
        }
    }

    /// Refuses settings that must not come from the data folder. Otherwise somebody who can change the data could also
    /// change what the data are checked against.
    private static void refuseFromData(Path file, Map<Setting<?>, ConfigValues.Typed> fromFile, ConfigValues values) {
        for (Setting<?> setting : Settings.NOT_FROM_DATA) {
            ConfigValues.Typed typed = fromFile.get(setting);
            if (typed != null && values.takes(setting, typed)) {
                throw MnemeException.invalid(
                        typed.name(),
                        typed.name() + " is not taken from " + file + ": whoever can change the data could change this"
                                + " too, and with it what is believed, or where texts are sent. Move the file out of the"
                                + " data folder and name it with --config or MNEME_CONFIG, or set "
                                + setting.environmentName() + ".");
            }
        }
    }

    /// The configuration file: `--config`, else `MNEME_CONFIG`, else `mneme.yaml` in the data folder, which then only
    /// flags or the environment can name.
    private static Optional<Path> file(ConfigFlags flags, Map<String, String> environment) {
        String named = flags.config().orElse(environment.getOrDefault("MNEME_CONFIG", ""));
        if (!named.isEmpty()) {
            Path file = Path.of(named);
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                String name = flags.config().isPresent() ? "--config" : "MNEME_CONFIG";
                throw MnemeException.invalid(name, name + ": there is no readable file " + file + ".");
            }
            return Optional.of(file);
        }
        String environmentData = environment.getOrDefault("MNEME_DATA", "");
        String fallback = environmentData.isEmpty() ? defaultData(environment).toString() : environmentData;
        Path file = Path.of(flags.values().getOrDefault("--data", fallback)).resolve("mneme.yaml");
        return Files.exists(file) ? Optional.of(file) : Optional.empty();
    }

    static Path defaultData(Map<String, String> environment) {
        String xdg = environment.getOrDefault("XDG_DATA_HOME", "");
        if (!xdg.isEmpty()) {
            return Path.of(xdg, "mneme");
        }
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home, ".local", "share", "mneme");
    }

    private static void readEnvironment(Map<String, String> environment, ConfigValues values) {
        for (Alias alias : ALIASES) {
            put(environment, alias.name(), alias.unit(), alias.setting(), values);
        }
        for (Setting<?> setting : Settings.all()) {
            put(environment, setting.environmentName(), "", setting, values);
        }
        environment.keySet().stream()
                .filter(name -> name.startsWith("MNEME_"))
                .filter(name -> knownEnvironment().noneMatch(name::equals))
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw unknown(name, knownEnvironment());
                });
    }

    /// An empty variable counts as not set, as it does in shells and compose files.
    private static void put(
            Map<String, String> environment, String name, String unit, Setting<?> setting, ConfigValues values) {
        String text = environment.getOrDefault(name, "");
        if (!text.isEmpty()) {
            values.put(setting, new ConfigValues.Typed(name, text + unit));
        }
    }

    private static Stream<String> knownEnvironment() {
        return Stream.of(
                        Settings.all().stream().map(Setting::environmentName),
                        ALIASES.stream().map(Alias::name),
                        NOT_OURS.stream())
                .flatMap(names -> names);
    }

    private static Setting<?> settingOf(String flag) {
        Setting<?> setting = SHORT_FLAGS.get(flag);
        if (setting != null) {
            return setting;
        }
        return Settings.find(flag.substring(2)).orElseThrow(() -> unknownFlag(flag));
    }

    /// Whether the flag may stand alone, which then means true.
    static boolean isSwitch(String flag) {
        Setting<?> setting = SHORT_FLAGS.get(flag);
        Optional<Setting<?>> named = setting != null ? Optional.of(setting) : Settings.find(flag.substring(2));
        return named.orElseThrow(() -> unknownFlag(flag)).type().description().equals("true or false");
    }

    private static MnemeException unknownFlag(String flag) {
        Stream<String> known = Stream.of(
                        Settings.all().stream().map(Setting::flag),
                        SHORT_FLAGS.keySet().stream(),
                        Stream.of("--config"))
                .flatMap(names -> names);
        return unknown(flag, known);
    }

    /// The failure for an unknown name; it suggests the nearest known one.
    static MnemeException unknown(String name, Stream<String> known) {
        String nearest = known.min(Comparator.comparingInt(
                        each -> LevenshteinDistance.getDefaultInstance().apply(name, each)))
                .orElseThrow();
        return MnemeException.invalid(
                name,
                "There is no setting " + name + ". Did you mean " + nearest + "? docs/configuration.md lists all.");
    }
}
