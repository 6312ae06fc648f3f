/** Somebody of whom nothing is known but where he is. */
export interface CrowdMember {
  readonly remoteAddress: string;
}

/**
 * Those who have not said who they are: few in all and of one address. Where there is no place the one goes that has
 * been there longest of the address that has most: who is quick always gets through, whoever floods beside him.
 */
export class Crowd<Member extends CrowdMember> {
  readonly #max: number;
  readonly #perAddressMax: number;
  readonly #displaced: (member: Member) => void;
  /** In the order in which they came. */
  readonly #byAddress = new Map<string, Set<Member>>();
  #count = 0;

  constructor(max: number, perAddressMax: number, displaced: (member: Member) => void) {
    this.#max = max;
    this.#perAddressMax = perAddressMax;
    this.#displaced = displaced;
  }

  get count(): number {
    return this.#count;
  }

  arrived(member: Member): void {
    const { remoteAddress } = member;
    const neighbours = this.#byAddress.get(remoteAddress) ?? new Set();
    if (neighbours.size >= this.#perAddressMax) this.#displace(neighbours);
    else if (this.#count >= this.#max) this.#displace(this.#largest());
    neighbours.add(member);
    this.#byAddress.set(remoteAddress, neighbours);
    this.#count += 1;
  }

  /** It has said who it is, or is gone. */
  left(member: Member): void {
    const neighbours = this.#byAddress.get(member.remoteAddress);
    if (neighbours?.delete(member) !== true) return;
    this.#count -= 1;
    if (neighbours.size === 0) this.#byAddress.delete(member.remoteAddress);
  }

  /** Who has been there longest of the address whose turn it is, one address after the other; it is no member any more. */
  takeNext(): Member | null {
    for (const [address, neighbours] of this.#byAddress) {
      for (const member of neighbours) {
        this.left(member);
        this.#byAddress.delete(address);
        if (neighbours.size > 0) this.#byAddress.set(address, neighbours);
        return member;
      }
    }
    return null;
  }

  #displace(neighbours: ReadonlySet<Member>): void {
    for (const oldest of neighbours) {
      this.left(oldest);
      this.#displaced(oldest);
      return;
    }
  }

  #largest(): ReadonlySet<Member> {
    let largest: ReadonlySet<Member> = new Set();
    for (const neighbours of this.#byAddress.values()) {
      if (neighbours.size > largest.size) largest = neighbours;
    }
    return largest;
  }
}
