/** Numbers that grow, as the first one and what each next one adds: short to write, and much alike. */
export function differences(numbers: readonly number[]): number[] {
  return numbers.map((number, at) => number - (numbers[at - 1] ?? 0));
}

/** The numbers again. */
export function sums(different: readonly number[]): number[] {
  let sum = 0;
  return different.map((difference) => {
    sum += difference;
    return sum;
  });
}
