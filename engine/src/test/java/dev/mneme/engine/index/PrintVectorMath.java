package dev.mneme.engine.index;

/// Started by [VectorMathTest] in a JVM without the Vector API.
final class PrintVectorMath {
    private PrintVectorMath() {}

    public static void main(String[] args) {
        System.out.println(VectorMath.BEST.getClass().getSimpleName());
    }
}
