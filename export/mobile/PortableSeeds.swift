import Foundation

/// Portable seeds, version 1: the latents of a 64-bit seed, the same in every runtime.
///
/// The rule is specified to the bit in export/README.md. Copy this one file; it needs Swift 5 and nothing else.
public enum PortableSeeds {
    private static let rotations: [[UInt32]] = [[13, 15, 26, 6], [17, 29, 16, 24]]

    /// Threefry-2x32 with 20 rounds: two random words of a key and a counter.
    public static func threefry2x32(key: (UInt32, UInt32), counter: (UInt32, UInt32)) -> (UInt32, UInt32) {
        let keys = [key.0, key.1, key.0 ^ key.1 ^ 0x1BD1_1BDA]
        var x0 = counter.0 &+ keys[0]
        var x1 = counter.1 &+ keys[1]
        for group in 0..<5 {
            for rotation in rotations[group % 2] {
                x0 = x0 &+ x1
                x1 = ((x1 << rotation) | (x1 >> (32 - rotation))) ^ x0
            }
            x0 = x0 &+ keys[(group + 1) % 3]
            x1 = x1 &+ keys[(group + 2) % 3] &+ UInt32(group + 1)
        }
        return (x0, x1)
    }

    /// `length` standard normal latents of a seed, times `truncation`, a number in (0, 1].
    public static func latents(seed: Int64, length: Int, truncation: Float = 1) -> [Float] {
        let bits = UInt64(bitPattern: seed)
        let key = (UInt32(truncatingIfNeeded: bits), UInt32(truncatingIfNeeded: bits >> 32))
        var values: [Float] = []
        for pair in 0..<(length + 1) / 2 {
            let words = threefry2x32(key: key, counter: (UInt32(pair), 0))
            let radius = (-2.0 * log((Double(words.0) + 1.0) * 0x1p-32)).squareRoot()
            let angle = Double(words.1) * (2.0 * Double.pi * 0x1p-32)
            // Rounded to float32 before truncation, as everywhere else.
            values.append(Float(radius * cos(angle)) * truncation)
            values.append(Float(radius * sin(angle)) * truncation)
        }
        return Array(values.prefix(length))
    }

    /// The class of a seed where none is asked for: seed mod classes, in [0, classes) for negative seeds too.
    public static func classOf(seed: Int64, classes: Int) -> Int {
        let remainder = Int(seed % Int64(classes))
        return remainder < 0 ? remainder + classes : remainder
    }
}
