package dev.mneme.api.mem0;

import dev.mneme.api.http.Request;
import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.conversation.ExtractionRequest;
import dev.mneme.core.extraction.ExtractionService;
import dev.mneme.core.extraction.ProjectService;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.FactExtractor.Guidance;
import dev.mneme.wire.mem0.AddResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Adds whose facts a language model is to find (`infer`).
final class InferredAdds {
    /// A memory that replaces another is a new memory, whose versions begin at 1.
    private static final long FIRST_VERSION = 1;

    private final MemoryService memories;
    private final ExtractionService extractions;
    private final Duration wait;

    InferredAdds(MemoryService memories, ExtractionService extractions, Duration wait) {
        this.memories = memories;
        this.extractions = extractions;
        this.wait = wait;
    }

    /// Whether there is a model that may read this caller's messages.
    boolean isPossible(Request request, ScopeIds scope) {
        return extractions.isAvailable(request.caller(), scope.owner());
    }

    boolean hasModel() {
        return extractions.hasModel();
    }

    /// The extraction that an earlier request with the same idempotency key began. It is the answer even if the model
    /// is gone by now.
    Optional<Extraction> begun(Request request, ScopeIds scope) {
        Idempotency idempotency = request.idempotency();
        return idempotency == null ? Optional.empty() : extractions.find(request.caller(), scope, idempotency);
    }

    /// Submits the messages and, if the caller wants to wait, waits.
    Extraction add(Request request, Body body, Messages said, ScopeIds scope, boolean waits) {
        Json expiry = body.get("expiration_date");
        Instant expiresAt = expiry == null ? null : Mem0Times.expiry(expiry);
        List<Message> messages = said.kept().stream()
                .map(message -> new Message(message.role(), message.name(), message.text()))
                .toList();
        Extraction taken = extractions.submit(
                request.caller(),
                new ExtractionRequest(
                        scope,
                        isSplit(scope),
                        messages,
                        Immutability.metadata(body),
                        AddRoutes.timestamp(body),
                        expiresAt,
                        guidance(body, scope)),
                request.idempotency());
        return waits ? extractions.await(taken, wait) : taken;
    }

    /// Whether the messages are split as mem0 does it: those of the user become the user's memories, those of the
    /// assistant the agent's.
    private static boolean isSplit(ScopeIds scope) {
        return scope.userId() != null && scope.agentId() != null;
    }

    private static Guidance guidance(Body body, ScopeIds scope) {
        List<String> instructions = new ArrayList<>();
        put(instructions, "", body.text("prompt"));
        put(instructions, "", body.text("custom_instructions"));
        if (scope.agentId() != null) {
            put(
                    instructions,
                    isSplit(scope) ? ProjectService.OF_ASSISTANT : "",
                    body.text("agent_custom_instructions"));
        }
        put(instructions, "Keep only facts about: ", body.text("includes"));
        put(instructions, "Keep no facts about: ", body.text("excludes"));
        return new Guidance(instructions, ProjectService.categories(body.get("custom_categories")));
    }

    private static void put(List<String> instructions, String before, @Nullable String text) {
        if (text != null && !text.isBlank()) {
            instructions.add(before + text);
        }
    }

    /// The results of an extraction, as the caller may see them now. Memories that are gone meanwhile are left out.
    List<AddResult> results(Caller caller, Extraction extraction) {
        return results(memories, caller, extraction);
    }

    static List<AddResult> results(MemoryService memories, Caller caller, Extraction extraction) {
        List<AddResult> results = new ArrayList<>();
        for (Extraction.Result each : extraction.results()) {
            memory(memories, caller, each)
                    .map(memory -> new AddResult(
                            memory.id().toString(), memory.text(), each.event().name(), memory.name(), memory.role()))
                    .ifPresent(results::add);
        }
        return results;
    }

    /// The memory of a result: one that was added is shown as it was added, a deleted one with its last text.
    private static Optional<Memory> memory(MemoryService memories, Caller caller, Extraction.Result result) {
        MemoryId id = result.id();
        if (result.event() != MemoryEvent.DELETE) {
            return KeptVersion.of(memories, caller, id, FIRST_VERSION);
        }
        return KeptVersion.ifThere(() -> memories.history(caller, id, ReadOptions.DEFAULT)
                .value()
                .getLast()
                .memory());
    }
}
