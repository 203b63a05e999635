package dev.mneme.wire.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A string that may also be a whole number, for callers whose ids are numbers. In a request, a component that is a
/// `String` has its digits; one that is an `Object` has it as it came, a `String` or a `Long`.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface OrNumber {}
