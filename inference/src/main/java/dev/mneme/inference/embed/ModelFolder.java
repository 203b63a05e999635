package dev.mneme.inference.embed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A folder with an embedding model, laid out as HuggingFace and sentence-transformers do it, and how the model is to
/// be used:
///
/// ```text
/// model.onnx                         the model; weights of their own files beside it: model.onnx_data, model.onnx.data
/// tokenizer.json                     its tokenizer
/// 1_Pooling/config.json              pooling_mode_cls_token, pooling_mode_lasttoken: else the mean
/// config_sentence_transformers.json  prompts: query; passage or document
/// sentence_bert_config.json          max_seq_length
/// tokenizer_config.json              model_max_length
/// ```
///
/// The last four may be missing. The operator's settings have precedence over them.
///
/// @param pooling null to take the model's own vector of a text if it gives one, otherwise the mean
/// @param queryPrefix precedes every query; may be empty
/// @param passagePrefix precedes every text that is stored; may be empty
/// @param maxTokens of one run, including special tokens and prefix
record ModelFolder(Path folder, @Nullable Pooling pooling, String queryPrefix, String passagePrefix, int maxTokens) {
    static final String FIELD = "embedder.folder";
    static final String MODEL = "model.onnx";
    static final String TOKENIZER = "tokenizer.json";

    /// Longer runs need the operator's consent: a run's time grows with the square of its tokens, and a query waits for
    /// the run before it.
    private static final int USUAL_TOKENS = 512;

    private static final ObjectMapper JSON = new ObjectMapper();

    /// @throws MnemeException `invalid_request` when a file is missing or cannot be read; the message says which
    static ModelFolder read(FolderEmbedder.Config config) {
        Path folder = config.folder();
        require(Files.isDirectory(folder), "there is no folder " + folder + ".");
        for (String file : List.of(MODEL, TOKENIZER)) {
            require(
                    Files.isReadable(folder.resolve(file)),
                    "the folder " + folder + " has no " + file + " that can be read: put the model's ONNX export there"
                            + " as " + MODEL + ", and its " + TOKENIZER + " beside it.");
        }
        JsonNode prompts = json(folder, "config_sentence_transformers.json").path("prompts");
        return new ModelFolder(
                folder,
                config.pooling().or(() -> pooling(folder)).orElse(null),
                config.queryPrefix().orElseGet(() -> prompts.path("query").asText("")),
                config.passagePrefix()
                        .orElseGet(() -> prompts.path("passage")
                                .asText(prompts.path("document").asText(""))),
                config.maxTokens() > 0 ? config.maxTokens() : maxTokens(folder));
    }

    private static Optional<Pooling> pooling(Path folder) {
        JsonNode pooling = json(folder, "1_Pooling/config.json");
        if (pooling.isMissingNode()) {
            return Optional.empty();
        }
        boolean cls = pooling.path("pooling_mode_cls_token").asBoolean();
        boolean last = pooling.path("pooling_mode_lasttoken").asBoolean();
        boolean mean = pooling.path("pooling_mode_mean_tokens").asBoolean();
        require(
                (cls ? 1 : 0) + (last ? 1 : 0) + (mean ? 1 : 0) == 1,
                folder.resolve("1_Pooling/config.json") + " asks for a pooling that is not known here: set"
                        + " embedder.pooling to mean, cls or last.");
        return Optional.of(cls ? Pooling.CLS : last ? Pooling.LAST : Pooling.MEAN);
    }

    private static int maxTokens(Path folder) {
        double said = json(folder, "sentence_bert_config.json")
                .path("max_seq_length")
                .asDouble(json(folder, "tokenizer_config.json")
                        .path("model_max_length")
                        .asDouble(USUAL_TOKENS)); // a tokenizer without a limit says 1e30
        return (int) Math.clamp(said, 1, USUAL_TOKENS);
    }

    private static JsonNode json(Path folder, String name) {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw invalid(file + " is not JSON.", e);
        } catch (IOException e) {
            throw invalid(file + " cannot be read.", e);
        }
    }

    Path model() {
        return folder.resolve(MODEL);
    }

    String tokenizer() {
        try {
            return Files.readString(folder.resolve(TOKENIZER));
        } catch (IOException e) {
            throw invalid(folder.resolve(TOKENIZER) + " cannot be read.", e);
        }
    }

    /// Everything that the vectors depend on, as 24 hexadecimal digits: the bytes of model and tokenizer, and how they
    /// are used. The folder may be moved and renamed.
    String fingerprint() {
        try (Stream<Path> files = Files.list(folder)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            List<Path> parts = files.filter(
                            file -> name(file).equals(TOKENIZER) || name(file).startsWith(MODEL))
                    .sorted()
                    .toList();
            for (Path part : parts) {
                digest.update(header(name(part) + ":" + Files.size(part)));
                update(digest, part);
            }
            digest.update(header("pooling:" + pooling));
            digest.update(header("query:" + queryPrefix));
            digest.update(header("passage:" + passagePrefix));
            digest.update(header("tokens:" + maxTokens));
            return HexFormat.of().formatHex(digest.digest(), 0, 12);
        } catch (IOException | UncheckedIOException e) {
            throw invalid("the folder " + folder + " cannot be read.", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private static void update(MessageDigest digest, Path file) throws IOException {
        byte[] buffer = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
    }

    /// Each part is preceded by its length, so that no two folders have the same bytes.
    private static byte[] header(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return (bytes.length + ":" + text).getBytes(StandardCharsets.UTF_8);
    }

    /// Refuses a folder, or a setting that does not fit it.
    static void require(boolean holds, String what) {
        if (!holds) {
            throw invalid(what, null);
        }
    }

    static MnemeException invalid(String what, @Nullable Throwable cause) {
        String message = FIELD + ": " + what;
        return cause == null
                ? MnemeException.invalid(FIELD, message)
                : new MnemeException(ErrorCode.INVALID_REQUEST, message, cause);
    }
}
