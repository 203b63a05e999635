package dev.mneme.cli.imports;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mneme.cli.option.ScopeOptions;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes an item of `POST /memories` from the fields of a row. The names that mem0 and Mneme have for the same thing,
/// in camel case and with underscores, are equal. Values are checked here only where they must be understood; the
/// server checks the rest.
///
/// - `created_at` becomes the `timestamp` of a row that has none.
/// - What a store says about its own rows (hash, score, version …) is left out.
/// - Any other field is kept in the metadata if it comes from mem0, and refused otherwise.
public final class MemoryFields {
    private static final Map<String, String> IDS = Map.ofEntries(
            Map.entry("user_id", "userId"),
            Map.entry("agent_id", "agentId"),
            Map.entry("app_id", "appId"),
            Map.entry("run_id", "runId"),
            Map.entry("session_id", "runId"),
            Map.entry("session", "runId"),
            Map.entry("user", "userId"),
            Map.entry("agent", "agentId"),
            Map.entry("app", "appId"),
            Map.entry("run", "runId"));
    private static final List<String> TEXTS = List.of("text", "memory", "data", "content", "message");
    private static final Set<String> SHORT = Set.of("user", "agent", "app", "run", "message");
    private static final List<String> EXPIRIES = List.of("expires_at", "expiration_date");
    private static final Set<String> OTHERS =
            Set.of("role", "metadata", "categories", "timestamp", "created_at", "id", "replaced_by");
    private static final Set<String> IGNORED = Set.of(
            "hash",
            "updated_at",
            "score",
            "score_details",
            "score_breakdown",
            "version",
            "structured_attributes",
            "lifecycle_state",
            "synthesized",
            "owner",
            "text_lemmatized");
    /// What mem0 puts into a payload beside the caller's own metadata.
    private static final Set<String> IGNORED_IN_PAYLOAD = Set.of("hash", "updated_at", "text_lemmatized");
    private static final Set<String> VECTOR = Set.of("vector", "embedder", "dedupe");
    private static final String METADATA_COLUMN = "metadata.";

    private final ImportFormat format;
    private final ScopeOptions defaults;
    private final @Nullable String idAs;
    private final WholeCharacters characters = new WholeCharacters();

    /// @param defaults the ids of rows without ids of their own
    /// @param idAs the member of metadata that keeps a row's own id; null: none
    public MemoryFields(ImportFormat format, ScopeOptions defaults, @Nullable String idAs) {
        this.format = format;
        this.defaults = defaults;
        this.idAs = idAs;
    }

    /// One name for both spellings: `userId` becomes `user_id`.
    private static String canonical(String name) {
        return name.strip()
                .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .replaceAll("([A-Z])([A-Z][a-z])", "$1_$2")
                .replaceAll("[\\s_-]+", "_")
                .toLowerCase(Locale.ROOT);
    }

    static boolean isText(String column) {
        return TEXTS.contains(canonical(column));
    }

    /// Whether spaces around a cell of this column belong to its value.
    static boolean keepsSpaces(String column) {
        return isText(column) || column.startsWith(METADATA_COLUMN);
    }

    static boolean isColumn(String column) {
        boolean metadata = column.startsWith(METADATA_COLUMN) && column.length() > METADATA_COLUMN.length();
        String name = canonical(column);
        return metadata || (isKnown(name) && !VECTOR.contains(name));
    }

    private static boolean isKnown(String name) {
        return Stream.of(IDS.keySet(), TEXTS, EXPIRIES, OTHERS, IGNORED, VECTOR)
                .anyMatch(names -> names.contains(name));
    }

    /// @param row an object, or something that is refused
    /// @param text the row as it is in the file
    ImportRow row(long number, JsonView row, Supplier<String> text) {
        if (!row.isObject()) {
            return ImportRow.Bad.of(number, "", "It must be a JSON object.", text.get());
        }
        try {
            characters.require(row);
            Map<String, JsonView> item = item(row);
            boolean deduped = !Boolean.FALSE.equals(
                    item.getOrDefault("dedupe", JsonView.NOTHING).value());
            return new ImportRow.Memory(number, JsonText.object(json -> write(json, item)), deduped, text);
        } catch (BadField bad) {
            return ImportRow.Bad.of(number, bad.field(), bad.detail(), text.get());
        }
    }

    private Map<String, JsonView> item(JsonView row) throws BadField {
        Fields fields = new Fields();
        fields.take(row, IGNORED);
        fields.keepOthers();
        String text = fields.text();
        Map<String, JsonView> item = new LinkedHashMap<>();
        fields.ids(item);
        item.put("text", new JsonView(text));
        fields.copy(item, "role");
        fields.metadata(item);
        fields.categories(item);
        fields.times(item);
        if (format == ImportFormat.JSONL) {
            VECTOR.stream().sorted().forEach(name -> fields.copy(item, name));
        }
        return item;
    }

    private static void write(JsonGenerator json, Map<String, JsonView> members) throws IOException {
        for (Map.Entry<String, JsonView> member : members.entrySet()) {
            json.writeFieldName(member.getKey());
            JsonText.write(json, member.getValue());
        }
    }

    /// The fields of one row, by their canonical names.
    private final class Fields {
        private final Map<String, JsonView> known = new LinkedHashMap<>();
        private final Map<String, JsonView> others = new LinkedHashMap<>();
        private final Map<String, JsonView> metadata = new LinkedHashMap<>();

        /// Takes the fields of a row. A row of a vector store has them in `payload`.
        void take(JsonView row, Set<String> ignored) throws BadField {
            for (Map.Entry<String, JsonView> member : row.members().entrySet()) {
                String name = canonical(member.getKey());
                JsonView value = member.getValue();
                if (!value.present()) {
                    continue;
                }
                if (name.equals("payload") && value.isObject() && format == ImportFormat.MEM0) {
                    take(value, IGNORED_IN_PAYLOAD);
                } else if (isKnown(name) && !isOwnOfMem0(name) && (ignored.contains(name) || !IGNORED.contains(name))) {
                    put(name, member.getKey(), value);
                } else {
                    others.put(member.getKey(), value);
                }
            }
        }

        /// In mem0's data, short names are the caller's own metadata.
        private boolean isOwnOfMem0(String name) {
            return format == ImportFormat.MEM0 && SHORT.contains(name);
        }

        private void put(String name, String written, JsonView value) throws BadField {
            String one = IDS.getOrDefault(name, name);
            JsonView before = known.put(one, value);
            if (before != null && !before.equals(value) && !IGNORED.contains(name) && !name.equals("id")) {
                throw new BadField(written, "It says the same thing twice, and differently: take one out.");
            }
        }

        void keepOthers() throws BadField {
            JsonView own = parsed("metadata");
            if (own.present() && !own.isObject()) {
                throw new BadField("metadata", "metadata must be a JSON object.");
            }
            for (Map.Entry<String, JsonView> other : others.entrySet()) {
                String name = other.getKey();
                if (format == ImportFormat.MEM0) {
                    metadata.put(name, other.getValue());
                } else if (format == ImportFormat.CSV && name.startsWith(METADATA_COLUMN)) {
                    metadata.put(name.substring(METADATA_COLUMN.length()), other.getValue());
                } else {
                    throw new BadField(name, "There is no such field: put it into metadata, or take it out.");
                }
            }
            metadata.putAll(own.members());
            copyInto(metadata, "replaced_by", "replaced_by");
            if (idAs != null) {
                copyInto(metadata, "id", idAs);
            }
        }

        private void copyInto(Map<String, JsonView> into, String field, String as) {
            JsonView value = known.get(field);
            if (value != null) {
                into.put(as, value);
            }
        }

        /// The value of a cell of CSV, which may be JSON.
        private JsonView parsed(String field) throws BadField {
            JsonView value = known.getOrDefault(field, JsonView.NOTHING);
            if (format != ImportFormat.CSV || !(value.value() instanceof String cell)) {
                return value;
            }
            try {
                return JsonView.parseStrictly(cell.getBytes(StandardCharsets.UTF_8));
            } catch (IOException notJson) {
                throw new BadField(field, field + " must be JSON, such as {\"source\":\"chat\"}.");
            }
        }

        String text() throws BadField {
            List<String> named = TEXTS.stream().filter(known::containsKey).toList();
            if (named.isEmpty()) {
                throw new BadField("text", "There is no text: a row needs text or memory.");
            }
            JsonView text = known.getOrDefault(named.getFirst(), JsonView.NOTHING);
            if (!(text.value() instanceof String words)) {
                throw new BadField(named.getFirst(), named.getFirst() + " must be a string.");
            }
            if (named.stream().anyMatch(name -> !text.equals(known.get(name)))) {
                throw new BadField(
                        String.join(", ", named), "Each of these is a text, and they differ: a row has one text.");
            }
            return words;
        }

        void ids(Map<String, JsonView> item) throws BadField {
            id(item, "userId", defaults.user);
            id(item, "agentId", defaults.agent);
            id(item, "appId", defaults.app);
            id(item, "runId", defaults.run);
            if (item.isEmpty()) {
                throw new BadField("userId", "It names no user, agent, app or run: say whose it is with --user ID.");
            }
        }

        private void id(Map<String, JsonView> item, String name, @Nullable String otherwise) {
            JsonView own = known.get(name);
            if (own != null) {
                item.put(name, own.value() instanceof JsonView.Digits(String digits) ? new JsonView(digits) : own);
            } else if (otherwise != null) {
                item.put(name, new JsonView(otherwise));
            }
        }

        void copy(Map<String, JsonView> item, String name) {
            copyInto(item, name, name);
        }

        void metadata(Map<String, JsonView> item) {
            if (!metadata.isEmpty()) {
                item.put("metadata", new JsonView(metadata));
            }
        }

        void categories(Map<String, JsonView> item) throws BadField {
            JsonView categories = known.getOrDefault("categories", JsonView.NOTHING);
            if (format == ImportFormat.CSV && categories.value() instanceof String cell && !cell.startsWith("[")) {
                List<JsonView> names = Stream.of(cell.split("[;|]"))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .map(name -> new JsonView(name))
                        .toList();
                item.put("categories", new JsonView(names));
            } else if (categories.present()) {
                item.put("categories", parsed("categories"));
            }
        }

        /// Whether a time is missing, in the ways in which spreadsheets and databases write that.
        private static boolean isBlank(JsonView time) {
            return time.value() instanceof String text
                    && (text.isBlank() || text.strip().equalsIgnoreCase("null"));
        }

        void times(Map<String, JsonView> item) throws BadField {
            JsonView own = known.get("timestamp");
            String saidIn = own != null && !isBlank(own) ? "timestamp" : "created_at";
            JsonView told = known.get(saidIn);
            if (told != null && !isBlank(told)) {
                item.put("timestamp", ImportTimes.time(saidIn, told, format));
            }
            for (String name : EXPIRIES) {
                JsonView expiry = known.get(name);
                if (expiry != null && !isBlank(expiry)) {
                    item.put(
                            "expiresAt",
                            name.equals("expiration_date")
                                    ? ImportTimes.endOfDay(name, expiry, format)
                                    : ImportTimes.time(name, expiry, format));
                }
            }
        }
    }
}
