package dev.mneme.server.config;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/// Reads `mneme.yaml`: nested maps or dotted names. Every value is the text that was typed (YAML's failsafe schema,
/// which does not guess numbers or dates). A name without a value counts as not written.
final class YamlFile {
    private YamlFile() {}

    /// @return the settings in the file
    static Map<Setting<?>, ConfigValues.Typed> read(Path file, ConfigValues values) {
        Map<Setting<?>, ConfigValues.Typed> read = new LinkedHashMap<>();
        Map<String, String> flat = new LinkedHashMap<>();
        flatten(file, "", load(file), flat);
        flat.forEach((key, text) -> {
            Setting<?> setting = Settings.find(key)
                    .orElseThrow(() ->
                            ConfigSources.unknown(key, Settings.all().stream().map(Setting::key)));
            if (!text.isEmpty()) {
                ConfigValues.Typed typed = new ConfigValues.Typed(key, text);
                values.put(setting, typed);
                read.put(setting, typed);
            }
        });
        return read;
    }

    private static @Nullable Object load(Path file) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file.toString())
                .setSchema(new FailsafeSchema())
                .setTagConstructors(Map.of(Tag.NULL, nothing -> "")) // which the failsafe schema lacks
                .setAllowDuplicateKeys(false)
                .build();
        try {
            // one document at most; loadFromString has nothing for none under the failsafe schema
            Iterator<Object> documents =
                    new Load(settings).loadAllFromString(Files.readString(file)).iterator();
            Object first = documents.hasNext() ? documents.next() : null;
            if (documents.hasNext()) {
                throw MnemeException.invalid(file.toString(), file + " holds more than one YAML document: keep one.");
            }
            return first;
        } catch (IOException failure) {
            throw new MnemeException(
                    ErrorCode.INVALID_REQUEST,
                    "Cannot read " + file + " as UTF-8: " + failure.getMessage() + ".",
                    failure);
        } catch (YamlEngineException notYaml) {
            throw new MnemeException(
                    ErrorCode.INVALID_REQUEST, file + " is not valid YAML: " + notYaml.getMessage(), notYaml);
        }
    }

    private static void flatten(Path file, String name, @Nullable Object value, Map<String, String> flat) {
        switch (value) {
            case Map<?, ?> map ->
                map.forEach((key, inner) -> flatten(file, name.isEmpty() ? key + "" : name + "." + key, inner, flat));
            case null -> put(name, "", flat);
            case Object given
            when name.isEmpty() && !given.equals("") ->
                throw MnemeException.invalid(
                        file.toString(), file + " must hold settings, for example http: {port: 8765}.");
            case List<?> list ->
                put(name, String.join(",", list.stream().map(String::valueOf).toList()), flat);
            default -> put(name, value.toString(), flat);
        }
    }

    private static void put(String name, String text, Map<String, String> flat) {
        if (!name.isEmpty() && flat.put(name, text) != null) {
            throw MnemeException.invalid(name, name + " is set twice in the file.");
        }
    }
}
