package dev.mneme.core.spi;

import dev.mneme.core.model.Message;
import dev.mneme.core.model.Timestamp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A language model that finds facts in conversations, and decides what they mean for existing memories.
///
/// **Promises**: its answers are checked: a fact names a message that was given, and a decision a memory that was
/// shown. The contents of messages and memories are data to it, and never instructions.
///
/// **Threads**: any number may call. A call blocks for as long as the model takes, and ends when its thread is
/// interrupted.
///
/// **Failures**: `MnemeException` alone: `OVERLOADED` when the model does not answer, refuses, or gives an answer that
/// cannot be understood. The message says which, and contains neither text nor key.
public interface FactExtractor extends AutoCloseable {
    /// How many facts one conversation may give.
    int MAX_FACTS = 100;

    /// The model's name for people, such as `openai/gpt-4o-mini`.
    String model();

    /// Whether texts leave this machine. If so, it must not be given texts that are local only.
    boolean remote();

    /// How many characters of messages it reads at once. Of other texts, earlier messages or memories, it reads half as
    /// many.
    int maxCharacters();

    /// The facts that the messages tell, in their order; at most [#MAX_FACTS]. One call of the model.
    List<Fact> extract(Conversation conversation);

    /// Decides what each fact means for the memories, which are numbered by their place in the list. One call of the
    /// model.
    ///
    /// @param memories not empty
    /// @return a decision for each fact, in order
    List<Decision> decide(List<String> facts, List<String> memories, Guidance guidance);

    @Override
    void close();

    /// @param messages the messages that facts are taken from
    /// @param earlier what was said before, as help to understand the messages; oldest first
    /// @param at when the messages were said, or null
    record Conversation(
            List<Message> messages,
            List<Message> earlier,
            @Nullable Timestamp at,
            Guidance guidance) {
        public Conversation {
            messages = List.copyOf(messages);
            earlier = List.copyOf(earlier);
        }
    }

    /// What the operator and the caller want.
    ///
    /// @param instructions in words; all of them hold
    /// @param categories that a fact may be given
    record Guidance(List<String> instructions, List<Category> categories) {
        public static final Guidance NONE = new Guidance(List.of(), List.of());

        public Guidance {
            instructions = List.copyOf(instructions);
            categories = List.copyOf(categories);
        }

        /// @param description what belongs to it; may be empty
        public record Category(String name, String description) {}
    }

    /// @param message the index of the message that tells it
    /// @param categories some of those that were given
    record Fact(String text, int message, List<String> categories) {
        public Fact {
            categories = List.copyOf(categories);
        }
    }

    /// What to do about one fact.
    sealed interface Decision {
        /// The fact is new.
        record Add() implements Decision {}

        /// The fact changes or completes a memory.
        ///
        /// @param text the memory and the fact in one text
        record Update(int memory, String text) implements Decision {}

        /// The fact says that a memory is no longer true, and nothing else.
        record Delete(int memory) implements Decision {}

        /// The fact is known already.
        record None() implements Decision {}
    }
}
