import type { JoinGroupRequest } from '@weir/kafka-protocol/apis/11-join-group';
import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { ClassicGroup } from './classic-group.ts';
import { groupBytes, memberBytes, pendingJoinBytes, protocolsBytes } from './footprint.ts';
import { type GroupName, isStorableName, isStorableText } from './records.ts';
import type { GroupSettings } from './settings.ts';
import type { Scope } from './step.ts';

/** A client id is for people to read; of a longer one the beginning is kept. UTF-16 units. */
const clientIdUnitsMax = 255;
/** The coordinator's part of a member id: a hyphen and a UUID. */
const memberIdRoom = 37;
const emptyBytes = Buffer.alloc(0);

export function storedClientId({ clientId }: Scope): string {
  return clientId.slice(0, clientIdUnitsMax);
}

/** Why no group takes a join like this; null when one may. */
export function joinRefusal(
  name: GroupName,
  request: JoinGroupRequest,
  settings: GroupSettings,
): ErrorName | null {
  const { sessionTimeoutMs, groupInstanceId, protocolType, protocols } = request;
  if (name.groupId === '' || !isStorableName(name)) return 'INVALID_GROUP_ID';
  if (sessionTimeoutMs < settings.sessionTimeoutMsMin || sessionTimeoutMs > settings.sessionTimeoutMsMax) {
    return 'INVALID_SESSION_TIMEOUT';
  }
  if (protocols.length > settings.memberProtocolsMax) return 'POLICY_VIOLATION';
  let bytes = 0;
  for (const protocol of protocols) bytes += protocol.name.length + protocol.metadata.length;
  if (bytes > settings.memberMetadataBytesMax) return 'POLICY_VIOLATION';
  if (!isStorableText(groupInstanceId ?? '', memberIdRoom)) return 'INVALID_REQUEST';
  const areStorable = protocols.every((protocol) => isStorableText(protocol.name));
  return areStorable && isStorableText(protocolType) ? null : 'INCONSISTENT_GROUP_PROTOCOL';
}

/** How many bytes more would be kept if the join were taken, about; negative where it would be fewer. */
export function joinGrowth(
  name: GroupName,
  group: ClassicGroup | undefined,
  scope: Scope,
  request: JoinGroupRequest,
): number {
  const { memberId, groupInstanceId, protocols } = request;
  const groupGrowth = group === undefined ? groupBytes(name) : 0;
  const knownId = groupInstanceId === null ? memberId : (group?.staticMembers.get(groupInstanceId) ?? '');
  const known = group?.members.get(knownId);
  if (known !== undefined) return protocolsBytes(protocols) - protocolsBytes(known.protocols);
  const clientId = storedClientId(scope);
  const newId = memberId === '' ? `${groupInstanceId ?? clientId}${' '.repeat(memberIdRoom)}` : memberId;
  if (memberId === '' && groupInstanceId === null && scope.apiVersion >= 4) {
    return groupGrowth + pendingJoinBytes(newId);
  }
  const { clientHost } = scope;
  const member = {
    memberId: newId,
    groupInstanceId,
    clientId,
    clientHost,
    protocols,
    assignment: emptyBytes,
  };
  return groupGrowth + memberBytes(member);
}
