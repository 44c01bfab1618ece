package kerasgan

import kotlin.math.PI
import kotlin.math.cos
import kotlin.math.ln
import kotlin.math.sin
import kotlin.math.sqrt

/**
 * Portable seeds, version 1: the latents of a 64-bit seed, the same in every runtime.
 *
 * The rule is specified to the bit in export/README.md. Copy this one file; it needs Kotlin 1.3 and nothing else.
 */
object PortableSeeds {
    private const val WORD = 1.0 / 4294967296.0 // 2^-32, exactly
    private val ROTATIONS = arrayOf(intArrayOf(13, 15, 26, 6), intArrayOf(17, 29, 16, 24))

    /** Threefry-2x32 with 20 rounds: two random words of a key and a counter. Int is 32 bits and wraps around. */
    fun threefry2x32(k0: Int, k1: Int, c0: Int, c1: Int): IntArray {
        val keys = intArrayOf(k0, k1, k0 xor k1 xor 0x1BD11BDA)
        var x0 = c0 + keys[0]
        var x1 = c1 + keys[1]
        for (group in 0 until 5) {
            for (rotation in ROTATIONS[group % 2]) {
                x0 += x1
                x1 = ((x1 shl rotation) or (x1 ushr (32 - rotation))) xor x0
            }
            x0 += keys[(group + 1) % 3]
            x1 += keys[(group + 2) % 3] + group + 1
        }
        return intArrayOf(x0, x1)
    }

    /** `length` standard normal latents of a seed, times `truncation`, a number in (0, 1]. */
    fun latents(seed: Long, length: Int, truncation: Float = 1f): FloatArray {
        val values = FloatArray(length)
        for (pair in 0 until (length + 1) / 2) {
            val words = threefry2x32(seed.toInt(), (seed ushr 32).toInt(), pair, 0)
            val radius = sqrt(-2.0 * ln((unsigned(words[0]) + 1.0) * WORD))
            val angle = unsigned(words[1]) * (2.0 * PI * WORD)
            // Rounded to float32 before truncation, as everywhere else.
            values[2 * pair] = (radius * cos(angle)).toFloat() * truncation
            if (2 * pair + 1 < length) values[2 * pair + 1] = (radius * sin(angle)).toFloat() * truncation
        }
        return values
    }

    /** The class of a seed where none is asked for: seed mod classes, in [0, classes) for negative seeds too. */
    fun classOf(seed: Long, classes: Int): Int = ((seed % classes + classes) % classes).toInt()

    private fun unsigned(word: Int): Double = (word.toLong() and 0xFFFFFFFFL).toDouble()
}
